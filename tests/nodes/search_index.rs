//! Every node's search index, while products change and everything is killed in turn.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use haggle::catalog::{IndexHome, verify_index};

use crate::{
    processes::{Death, Node, Postgres},
    support::{TestApp, eventually},
};

pub async fn every_index_equals_the_table_after_everything_was_killed() {
    let mut postgres = Postgres::start().await;
    let mut nodes = Vec::new();
    for n in 0..2 {
        nodes.push(Node::start(&format!("search-index-{n}"), postgres.url(), None).await);
    }
    let db = postgres.pool().await;
    let app = TestApp::outside(nodes[0].addr, db.clone());
    let seller = app.seller("Tomas").await.seller_id();
    sqlx::query(
        "INSERT INTO products (seller_id, category_id, title, description, price_minor, currency, condition, place)
         SELECT $1, 1 + n % 5, 'Thing ' || n, '', n, 'EUR', 'good', 'Porto' FROM generate_series(1, 500) AS n",
    )
    .bind(seller)
    .execute(&db)
    .await
    .unwrap();
    let is_over = Arc::new(AtomicBool::new(false));
    let changing = tokio::spawn(change(db.clone(), seller, is_over.clone()));
    for kill in 0..6 {
        let before = changes(&db).await;
        eventually("products to change", async || (changes(&db).await > before + 40).then_some(())).await;
        match kill % 3 {
            0 => {
                nodes[kill / 3].kill().await;
                nodes[kill / 3].begin().await;
            }
            1 => {
                postgres.end(Death::Killed).await;
                postgres.begin().await;
            }
            _ => {
                nodes[1 - kill / 3].kill().await;
                postgres.end(Death::Immediate).await;
                postgres.begin().await;
                nodes[1 - kill / 3].begin().await;
            }
        }
    }
    is_over.store(true, Ordering::Release);
    changing.await.unwrap();
    for node in &nodes {
        let home = IndexHome::of(node.data());
        eventually("the index to equal the table", async || {
            let found = verify_index(&db, &home).await.ok().flatten()?;
            (!found.any() && found.indexed > 0).then_some(())
        })
        .await;
    }
    drop(nodes);
    db.close().await;
    postgres.stop().await;
}

/// How many products there were ever; none while the database is away.
async fn changes(db: &sqlx::PgPool) -> i64 {
    let id: sqlx::Result<i64> =
        sqlx::query_scalar("SELECT coalesce(max(id), 0) FROM products").fetch_one(db).await;
    id.unwrap_or_default()
}

/// New ones, other prices, some sold, some gone, in transactions that overlap; what fails is left.
async fn change(db: sqlx::PgPool, seller: i64, is_over: Arc<AtomicBool>) {
    let mut number = 0_i64;
    while !is_over.load(Ordering::Acquire) {
        number += 1;
        let one = async |db: &sqlx::PgPool| -> sqlx::Result<()> {
            let mut early = db.begin().await?;
            sqlx::query("UPDATE products SET price_minor = price_minor + 1 WHERE id = 1 + $1 % 400")
                .bind(number * 7)
                .execute(&mut *early)
                .await?;
            sqlx::query(
                "INSERT INTO products (seller_id, category_id, title, description, price_minor, currency, condition, place)
                 VALUES ($1, 1, 'New ' || $2, '', 5, 'EUR', 'good', 'Porto')",
            )
            .bind(seller)
            .bind(number)
            .execute(db)
            .await?;
            sqlx::query("UPDATE products SET sold_at = now() WHERE id = $1 AND sold_at IS NULL")
                .bind(401 + number % 100)
                .execute(db)
                .await?;
            early.commit().await
        };
        if one(&db).await.is_err() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}
