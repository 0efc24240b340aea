//! "My Messages", and the badge on every page.

use serde_json::json;
use uuid::Uuid;

use crate::support::{DbProxy, TestApp, room};

#[tokio::test]
async fn conversations_are_listed_newest_first_with_what_is_unread() {
    let app = TestApp::start().await;
    let (ana, bo, tomas) = (app.buyer("Ana").await, app.buyer("Bo").await, app.seller("Tomas").await);
    ana.sends(&room(&ana, &tomas), "one").await;
    ana.sends(&room(&ana, &tomas), "two").await;
    bo.sends(&room(&bo, &tomas), "three").await;

    let inbox = tomas.get("/messages").await.ok();
    assert_eq!(inbox.texts(".inbox-name"), ["Bo", "Ana"]);
    assert_eq!(inbox.texts(".inbox-preview"), ["three", "two"]);
    assert_eq!(inbox.texts("[data-row-unread]"), ["1", "2"]);
    assert_eq!(inbox.text(".nav [data-unread]"), "3");
    assert_eq!(inbox.texts("select[name=room] option").len(), 3, "both buyers, and nobody yet");

    tomas.sends(&room(&ana, &tomas), "four").await;
    let inbox = tomas.get("/messages").await.ok();
    assert_eq!(inbox.texts(".inbox-name"), ["Ana", "Bo"]);
    assert_eq!(inbox.texts(".inbox-preview")[0], "You: four");
    assert_eq!(inbox.texts("[data-row-unread]")[0], "2", "answering is not reading");

    let mine = ana.get("/messages").await.ok();
    assert_eq!(
        (mine.texts(".inbox-name"), mine.texts("[data-row-unread]")),
        (vec!["Tomas".to_owned()], vec!["1".to_owned()])
    );
    assert!(!mine.has("select[name=room]"), "a dropdown of buyers is for sellers");
}

#[tokio::test]
async fn the_badge_is_live() {
    let app = TestApp::start().await;
    let (ana, tomas) = (app.buyer("Ana").await, app.seller("Tomas").await);
    let name = room(&ana, &tomas);
    let mut inbox = tomas.socket("/ws/inbox").await;
    assert_eq!(inbox.expect("hello").await, json!({ "type": "hello", "total": 0, "notices": 0 }));
    ana.sends(&name, "Hello").await;
    assert_eq!(
        inbox.expect("inbox").await,
        json!({ "type": "inbox", "room": name, "unread": 1, "total": 1 })
    );
    let mut chat = tomas.socket(&format!("/ws/{name}")).await;
    let last = chat.expect("hello").await["last_seq"].as_i64().unwrap();
    chat.send(json!({ "type": "read", "seq": last })).await;
    let frame = inbox.expect_where("an empty badge", |frame| frame["total"] == 0).await;
    assert_eq!(frame, json!({ "type": "inbox", "room": name, "unread": 0, "total": 0 }));

    let mut anas = ana.socket(&format!("/ws/{name}")).await;
    anas.send(json!({ "type": "send", "client_id": Uuid::new_v4(), "body": "More" })).await;
    assert_eq!(inbox.expect("inbox").await["total"], 1);
}

#[tokio::test]
async fn hello_says_what_came_after_the_page() {
    let app = TestApp::start().await;
    let (ana, tomas) = (app.buyer("Ana").await, app.seller("Tomas").await);
    assert_eq!(tomas.get("/").await.ok().attr(".nav [data-unread]", "data-unread"), "0");
    ana.sends(&room(&ana, &tomas), "In between").await;
    let mut inbox = tomas.socket("/ws/inbox").await;
    assert_eq!(inbox.expect("hello").await["total"], 1);
}

#[tokio::test]
async fn a_new_sellers_unread_count_is_right_in_every_tab() {
    let app = TestApp::start().await;
    let (ana, bo) = (app.buyer("Ana").await, app.buyer("Bo").await);
    let mut tab = bo.socket("/ws/inbox").await;
    tab.expect("hello").await;
    let fields = [("shop_name", "Bo's things"), ("place", ""), ("about", "")];
    bo.post("/account/sell", &fields).await.expect(303);
    assert_eq!(tab.closed().await, 1012, "it comes back as a seller's");
    let mut tab = bo.socket("/ws/inbox").await;
    tab.expect("hello").await;
    let id: i64 = sqlx::query_scalar("SELECT id FROM customers").fetch_one(&app.db).await.unwrap();
    ana.sends(&format!("buyer_{}_seller_{id}", ana.buyer_id()), "What do you sell?").await;
    let told = tab.expect("inbox").await;
    assert_eq!((&told["unread"], &told["total"]), (&json!(1), &json!(1)));
}

#[tokio::test]
async fn an_empty_inbox_says_what_to_do() {
    let app = TestApp::start().await;
    let page = app.buyer("Ana").await.get("/messages").await.ok();
    assert_eq!(page.text(".empty-title"), "No conversations yet");
}

#[tokio::test]
async fn a_long_inbox_has_pages() {
    let app = TestApp::start().await;
    let tomas = app.seller("Tomas").await;
    for n in 0..32 {
        let buyer = app.buyer(&format!("Buyer {n}")).await;
        buyer.sends(&room(&buyer, &tomas), "Hello").await;
    }
    let first = tomas.get("/messages").await.ok();
    assert_eq!((first.count(".inbox-row"), first.text(".pager-place")), (30, "Page 1 of 2".to_owned()));
    assert_eq!(tomas.get(&first.attr(".pager a[rel=next]", "href")).await.ok().count(".inbox-row"), 2);
    assert_eq!(tomas.get("/messages?page=999").await.ok().count(".inbox-row"), 2, "the nearest page");
}

#[tokio::test]
async fn an_old_conversation_is_in_the_dropdown_however_many_wrote_since() {
    let app = TestApp::start().await;
    let (ana, tomas) = (app.buyer("Ana").await, app.seller("Tomas").await);
    let name = room(&ana, &tomas);
    ana.sends(&name, "Hello").await;
    sqlx::query(
        "WITH a AS (
             INSERT INTO accounts (email, name, password_hash)
             SELECT n || '@example.com', 'Buyer ' || n, 'x' FROM generate_series(1, 200) AS n RETURNING id
         ), b AS (
             INSERT INTO buyers (account_id) SELECT id FROM a RETURNING id
         )
         INSERT INTO rooms (buyer_id, seller_id, last_seq, buyer_total, last_from, last_body, last_at)
         SELECT id, $1, 1, 1, 'buyer', 'Hello', now() + interval '1 hour' FROM b",
    )
    .bind(tomas.seller_id())
    .execute(&app.db)
    .await
    .unwrap();
    let page = tomas.get(&format!("/rooms/{name}")).await.ok();
    assert_eq!(page.texts("select[name=room] option[selected]"), ["Ana"]);
    assert_eq!(page.attr("select[name=room] option[selected]", "value"), name);
    assert_eq!(page.count("select[name=room] option"), 201);

    ana.sends(&name, "Still there?").await;
    sqlx::query("UPDATE rooms SET last_at = now() + interval '2 hours' WHERE buyer_id = $1")
        .bind(ana.buyer_id())
        .execute(&app.db)
        .await
        .unwrap();
    let page = tomas.get(&format!("/rooms/{name}")).await.ok();
    assert_eq!(page.texts("select[name=room] option[selected]").len(), 1, "once");
    assert_eq!(page.count("select[name=room] option"), 200);
}

#[tokio::test]
async fn the_inbox_runs_a_constant_number_of_queries() {
    let app = TestApp::start().await;
    let (wire, db) = DbProxy::to(&app.db).await;
    let node = app.beside_over(db).await;
    let tomas = app.seller("Tomas").await.on_node(&node);
    let mut asked = Vec::new();
    for rooms in [2, 30] {
        for n in 0..rooms {
            let buyer = app.buyer(&format!("Buyer {n} of {rooms}")).await;
            buyer.sends(&room(&buyer, &tomas), "Hello").await;
            tomas.on_node(&app).sends(&room(&buyer, &tomas), "Hello").await;
        }
        let mut statements = Vec::new();
        for path in ["/messages", "/", "/seller/dashboard"] {
            // The first time each statement is made ready.
            tomas.get(path).await.ok();
            // The node looks for new settings now and then, which may fall into one of these.
            let mut fewest = usize::MAX;
            for _ in 0..3 {
                wire.statements();
                tomas.get(path).await.ok();
                fewest = fewest.min(wire.statements());
            }
            statements.push(fewest);
        }
        asked.push(statements);
    }
    assert_eq!(asked[0], asked[1]);
    assert!(asked[0].iter().all(|count| (1..20).contains(count)), "{asked:?}");
}
