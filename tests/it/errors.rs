//! Pages that can't be made: what people get instead.

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::support::TestApp;

#[tokio::test]
async fn a_statement_that_takes_too_long_is_a_503() {
    let app = TestApp::start().await;
    let options: PgConnectOptions = app.database_url().parse().unwrap();
    let impatient = PgPoolOptions::new()
        .connect_with(options.options([("statement_timeout", "50ms")]))
        .await
        .expect("a test's database can be reached");
    let node = app.beside_over(impatient).await;
    // Held until the end, so that the page's look at the products never comes back by itself.
    let mut lock = app.db.begin().await.unwrap();
    sqlx::query("LOCK TABLE products IN ACCESS EXCLUSIVE MODE").execute(&mut *lock).await.unwrap();
    let page = node.visitor().get("/products").await.expect(503);
    assert_eq!(page.text("h1"), "Back in a moment");
}
