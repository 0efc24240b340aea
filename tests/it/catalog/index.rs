//! The index follows the database.

use std::time::Duration;

use haggle::{
    catalog::{IndexHome, SearchIndex},
    products,
};

use crate::support::{Product, TestApp, eventually};

use super::titles;

/// A transaction that began earlier and commits later isn't passed over.
#[tokio::test]
async fn late_commits_are_read_too() {
    let app = TestApp::start().await;
    let seller = app.seller("Tomas").await;
    let insert = |title: &'static str| {
        sqlx::query(
            "INSERT INTO products (seller_id, category_id, title, description, price_minor, currency, condition, place)
             VALUES ($1, 1, $2, '', 1, 'EUR', 'good', 'Porto')",
        )
        .bind(seller.seller_id())
        .bind(title)
    };
    let mut early = app.db.begin().await.unwrap();
    insert("Early lamp").execute(&mut *early).await.unwrap();
    insert("Late lamp").execute(&app.db).await.unwrap();
    // What is open holds the feed back: a look at it reads nothing.
    tokio::time::timeout(Duration::from_millis(300), app.state().catalog.index.catch_up()).await.unwrap_err();
    early.commit().await.unwrap();
    let mut found = titles(&app.visitor(), "/products?q=lamp").await;
    found.sort();
    assert_eq!(found, ["Early lamp", "Late lamp"]);
}

#[tokio::test]
async fn what_is_hidden_never_shows_whatever_the_index_believes() {
    let app = TestApp::start().await;
    let seller = app.seller("Tomas").await;
    let lamp = Product::new("Lamp").create(&app, &seller).await;
    assert_eq!(titles(&app.visitor(), "/products?q=lamp").await, ["Lamp"]);
    // Without the row that tells the index.
    let mut tx = app.db.begin().await.unwrap();
    sqlx::query("UPDATE products SET hidden_at = now() WHERE id = $1")
        .bind(lamp)
        .execute(&mut *tx)
        .await
        .unwrap();
    sqlx::query("DELETE FROM product_changes WHERE product_id = $1")
        .bind(lamp)
        .execute(&mut *tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    app.state().products.catalogue.bump();
    assert_eq!(titles(&app.visitor(), "/products?q=lamp").await, Vec::<String>::new());
}

/// A folder is a cache: whatever becomes of it, the next start answers.
#[tokio::test]
async fn an_index_goes_on_from_its_mark_and_is_built_anew_where_it_cant() {
    let app = TestApp::start().await;
    let seller = app.seller("Tomas").await;
    Product::new("First lamp").create(&app, &seller).await;
    let folder = tempfile::tempdir().unwrap();
    let home = || IndexHome::Folder(folder.path().join("search"));
    let names = || {
        let entries = std::fs::read_dir(folder.path().join("search")).unwrap().flatten();
        let mut names: Vec<String> = entries
            .filter(|entry| entry.path().is_dir())
            .map(|entry| entry.file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    };
    let start = async |expected: u64| {
        let (state, tasks) = (app.state(), haggle::jobs::Supervisor::default());
        let index = SearchIndex::new(&app.db, &state.catalog.catalogue, &state.settings.marketplace());
        index.start(home(), &tasks);
        eventually("the index has all", async || (index.indexed_count() == Some(expected)).then_some(()))
            .await;
        tasks.stop(Duration::from_secs(20)).await;
        index
    };
    start(1).await;
    let first = names();
    assert_eq!(first.len(), 1);
    Product::new("Second lamp").create(&app, &seller).await;
    start(2).await;
    assert_eq!(names(), first, "it went on from its mark");

    let current = folder.path().join("search").join("current");
    std::fs::write(&current, "../../etc").unwrap();
    start(2).await;
    let second = names();
    assert_ne!(second, first, "built anew, and the old one is cleaned away");
    assert_eq!(second.len(), 1);

    let damaged = folder.path().join("search").join(&second[0]);
    for entry in std::fs::read_dir(&damaged).unwrap().flatten() {
        std::fs::write(entry.path(), "damaged").unwrap();
    }
    start(2).await;
    assert_ne!(names(), second);

    // Other changes are counted since: of another database, or of tables that were filled anew.
    let third = names();
    sqlx::query("TRUNCATE product_changes").execute(&app.db).await.unwrap();
    start(2).await;
    assert_ne!(names(), third);
    let fourth = names();
    sqlx::query("UPDATE product_changes SET changed_at = now()").execute(&app.db).await.unwrap();
    products::rebuild_indexes(&app.db).await.unwrap();
    start(2).await;
    assert_eq!(names(), fourth, "who wasn't there when a new one was asked for goes on");
}
