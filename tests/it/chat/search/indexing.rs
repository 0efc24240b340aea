//! How what was said gets into the search: by hints, and by the sweep for those that were lost.

use super::{long_room, query::finds};
use crate::support::{TestApp, eventually, room};

#[tokio::test]
async fn what_two_nodes_store_is_found_once_on_both() {
    let one = TestApp::start().await;
    let two = one.beside().await;
    let (ana, tomas) = (one.buyer("Ana").await, one.seller("Tomas").await);
    let name = room(&ana, &tomas);
    for n in 0..5 {
        ana.sends(&name, &format!("needle a{n}")).await;
        tomas.on_node(&two).sends(&name, &format!("needle t{n}")).await;
    }
    finds(&ana, "needle", 10).await;
    finds(&ana.on_node(&two), "needle", 10).await;
    let doubled: i64 =
        sqlx::query_scalar("SELECT count(*) - 10 FROM message_search").fetch_one(&one.db).await.unwrap();
    assert_eq!(doubled, 0);
}

#[tokio::test]
async fn an_entry_that_is_committed_late_is_not_missed() {
    let one = TestApp::start().await;
    let two = one.beside().await;
    let (ana, bo, tomas) = (one.buyer("Ana").await, one.buyer("Bo").await, one.seller("Tomas").await);
    let (late, quick) = (room(&ana, &tomas), room(&bo, &tomas));
    ana.sends(&late, "needle one").await;
    finds(&tomas, "needle", 1).await;

    // Ana's next message waits for its room's row, while Bo's on another node are stored and made findable.
    let mut lock = one.db.begin().await.unwrap();
    sqlx::query("SELECT FROM rooms WHERE last_body = 'needle one' FOR UPDATE")
        .execute(&mut *lock)
        .await
        .unwrap();
    let anas = ana.clone();
    let waiting = tokio::spawn(async move { anas.sends(&late, "needle two").await });
    bo.on_node(&two).sends(&quick, "needle three").await;
    finds(&tomas, "needle", 2).await;
    assert!(!waiting.is_finished());
    lock.rollback().await.unwrap();
    waiting.await.unwrap();
    finds(&tomas, "needle", 3).await;
}

#[tokio::test]
async fn entries_that_were_never_indexed_are_found_later() {
    let mut app = TestApp::start().await;
    let (ana, bo, tomas) = (app.buyer("Ana").await, app.buyer("Bo").await, app.seller("Tomas").await);
    let name = long_room(&app, &ana, &tomas, 250).await;
    ana.sends(&name, "and one more entry").await;
    eventually("all 251", async || {
        let rows: i64 =
            sqlx::query_scalar("SELECT count(*) FROM message_search").fetch_one(&app.db).await.unwrap();
        (rows == 251).then_some(())
    })
    .await;
    long_room(&app, &bo, &tomas, 3).await;
    app.restart().await;
    finds(&bo, "entry", 3).await;
}

#[tokio::test]
async fn rooms_that_are_behind_are_found_among_thousands_that_are_not() {
    let app = TestApp::start().await;
    let (ana, bo, tomas) = (app.buyer("Ana").await, app.buyer("Bo").await, app.seller("Tomas").await);
    long_room(&app, &ana, &tomas, 3).await;
    sqlx::query(
        "WITH a AS (
             INSERT INTO accounts (email, name, password_hash)
             SELECT n || '@example.com', 'Somebody', '' FROM generate_series(1, 110) AS n RETURNING id
         ), b AS (
             INSERT INTO buyers (account_id) SELECT id FROM a RETURNING id
         ), c AS (
             INSERT INTO customers (account_id, shop_name) SELECT id, 'Somebody' FROM a RETURNING id
         )
         INSERT INTO rooms (buyer_id, seller_id) SELECT b.id, c.id FROM b, c",
    )
    .execute(&app.db)
    .await
    .unwrap();
    long_room(&app, &bo, &tomas, 4).await;
    assert_eq!(haggle::chat::reindex(&app.db).await.unwrap(), 7);
    finds(&tomas, "entry", 7).await;
}
