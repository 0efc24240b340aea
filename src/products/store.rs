//! All SQL over products, photos and categories.

pub(super) mod browse;
pub(super) mod categories;
pub(super) mod list;
pub(super) mod photos;
pub(super) mod product;
pub(super) mod stored_photos;

use std::collections::HashMap;

use sqlx::PgExecutor;

use super::{lifecycle::ProductState, model::ProductSummary, price::Price};

/// To every node that listens.
pub(super) async fn notify(db: impl PgExecutor<'_>, channel: &str, payload: &str) -> sqlx::Result<()> {
    sqlx::query!("SELECT pg_notify($1, $2)", channel, payload).execute(db).await.map(drop)
}

pub(super) async fn titles(db: impl PgExecutor<'_>, ids: &[i64]) -> sqlx::Result<HashMap<i64, String>> {
    let rows = sqlx::query!("SELECT id, title FROM products WHERE id = ANY($1)", ids).fetch_all(db).await?;
    Ok(rows.into_iter().map(|row| (row.id, row.title)).collect())
}

/// These products, whatever their state; ids that no product has are left out.
pub(super) async fn summaries(db: impl PgExecutor<'_>, ids: &[i64]) -> sqlx::Result<Vec<ProductSummary>> {
    let rows = sqlx::query!(
        r#"SELECT p.id, p.seller_id, p.title, p.price_minor, p.currency, f.key AS "cover?",
                  p.state, coalesce(p.review = 'waiting', false) AS "is_waiting!"
           FROM products p LEFT JOIN photos f ON f.product_id = p.id AND f.position = 0
           WHERE p.id = ANY($1)"#,
        ids
    )
    .fetch_all(db)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(ProductSummary {
                id: row.id,
                seller_id: row.seller_id,
                title: row.title,
                price: Price::from_row(row.price_minor, &row.currency)?,
                cover: row.cover,
                state: ProductState::from_code(&row.state),
                is_waiting: row.is_waiting,
            })
        })
        .collect()
}
