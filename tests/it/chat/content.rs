//! What an entry can be: rows of a newer version, and entries that change after they were written.

use reqwest::{Method, header::ACCEPT};
use serde_json::{Value, json};
use uuid::Uuid;

use super::attachments::photos;
use crate::support::{Person, Product, TestApp, room};

async fn run(app: &TestApp, sql: &'static str) {
    sqlx::raw_sql(sql).execute(&app.db).await.expect("it runs");
}

async fn history(person: &Person, query: &str) -> Value {
    person.get_json(query).await.ok().json()
}

const NEWER: &str = "This is a newer message. Reload the page to see it.";

#[tokio::test]
async fn an_entry_of_an_unknown_kind_fails_nothing() {
    let app = TestApp::start().await;
    let (ana, tomas) = (app.buyer("Ana").await, app.seller("Tomas").await);
    let name = room(&ana, &tomas);
    let id = Uuid::new_v4();
    ana.post(&format!("/rooms/{name}/messages"), &[("body", "An offer"), ("client_id", &id.to_string())])
        .await
        .expect(303);
    run(&app, r#"UPDATE messages SET kind = 'offer', payload = '{"offer": {"minor": 1}}'"#).await;

    let page = tomas.get(&format!("/rooms/{name}")).await.ok();
    assert!(page.text("#entry_1").contains(NEWER), "{}", page.text("#entry_1"));
    let entries = history(&tomas, &format!("/rooms/{name}/messages")).await;
    assert_eq!(entries["entries"][0]["kind"], "offer");
    tomas.get("/messages").await.ok();

    // Sent again it meets the row that isn't understood, and what others write goes on.
    let mut anas = ana.socket(&format!("/ws/{name}")).await;
    anas.expect("hello").await;
    anas.send(json!({ "type": "send", "client_id": id, "body": "An offer" })).await;
    assert_eq!(anas.expect("error").await["code"], "client_id_reused");
    anas.send(json!({ "type": "send", "client_id": Uuid::new_v4(), "body": "Next" })).await;
    assert_eq!(anas.expect("message").await["seq"], 2);
}

#[tokio::test]
async fn an_unknown_currency_fails_no_page() {
    let app = TestApp::start().await;
    let (ana, tomas) = (app.buyer("Ana").await, app.seller("Tomas").await);
    let lamp = Product::new("Lamp").create(&app, &tomas).await;
    let name = room(&ana, &tomas);
    ana.post(&format!("/products/{lamp}/messages"), &[("body", "How much?")]).await.expect(303);
    run(
        &app,
        "UPDATE products SET currency = 'XBT', price_minor = 2550;
         UPDATE messages SET product_currency = 'XBT', product_price_minor = 2550",
    )
    .await;
    for path in ["/", "/products", &format!("/products/{lamp}"), "/messages"] {
        ana.get(path).await.ok();
    }
    tomas.get("/seller/dashboard").await.ok();
    let body = ana.get(&format!("/products/{lamp}")).await.ok().body();
    assert!(body.contains("25.50\u{a0}XBT"), "{body}");
    let page = tomas.get(&format!("/rooms/{name}")).await.ok();
    assert!(page.text("#entry_1").contains(NEWER), "{}", page.text("#entry_1"));
}

#[tokio::test]
async fn a_removed_photo_is_gone_for_both_at_once() {
    let app = TestApp::start().await;
    app.join_nodes(None).await;
    let (ana, tomas) = (app.buyer("Ana").await, app.seller("Tomas").await);
    let name = room(&ana, &tomas);
    photos::sends(&ana, &format!("/rooms/{name}/messages"), "My bank card", photos::photo(64, 64)).await;
    let before = history(&tomas, &format!("/rooms/{name}/messages")).await;
    assert_eq!(before["rev"], 0);
    let file = tomas.get(&format!("/rooms/{name}")).await.ok().attr("#entry_1 img", "src");
    tomas.get(&file).await.ok();
    let mut tomass = tomas.socket(&format!("/ws/{name}")).await;
    tomass.expect("hello").await;

    let remove = format!("/rooms/{name}/messages/1/photo/remove");
    tomas.post(&remove, &[]).await.expect(404);
    app.buyer("Eve").await.post(&remove, &[]).await.expect(404);
    ana.post(&remove, &[]).await.redirects_to(&format!("/rooms/{name}#entry_1"));
    let changed = tomass.expect("changed").await;
    assert_eq!((&changed["seq"], &changed["rev"]), (&json!(1), &json!(1)));
    let html = changed["html"].as_str().unwrap();
    assert!(
        html.contains("Photo removed") && html.contains("My bank card") && !html.contains("<img"),
        "{html}"
    );
    tomas.get(&file).await.expect(404);

    // The words under it are the row's, if there were any.
    let inbox = tomas.get("/messages").await.ok();
    assert!(inbox.text("[data-preview]").contains("My bank card"));

    // Twice is once, and whoever wasn't there asks what changed.
    ana.send(ana.request(Method::POST, &remove).header(ACCEPT, "application/json")).await.expect(204);
    let after = history(&tomas, &format!("/rooms/{name}/messages?after=1&changed_since=0")).await;
    assert_eq!((&after["rev"], &after["changed"][0]["seq"]), (&json!(1), &json!(1)));
    assert_eq!(after["changed"][0]["html"], changed["html"]);
    let up_to_date = history(&tomas, &format!("/rooms/{name}/messages?after=1&changed_since=1")).await;
    assert_eq!(up_to_date["changed"], Value::Null);
    assert!(haggle::chat::verify(&app.db).await.unwrap().is_empty());
    assert!(
        haggle::chat::missing_photos(
            &app.db,
            &haggle::products::photos::Inventory::take(&app.uploads).await.unwrap()
        )
        .await
        .unwrap()
        .is_empty()
    );
}

#[tokio::test]
async fn the_inbox_says_that_the_last_photo_was_removed() {
    let app = TestApp::start().await;
    let (ana, tomas) = (app.buyer("Ana").await, app.seller("Tomas").await);
    let name = room(&ana, &tomas);
    photos::sends(&ana, &format!("/rooms/{name}/messages"), "", photos::photo(64, 64)).await;
    let preview = async || tomas.get("/messages").await.ok().text("[data-preview]");
    assert_eq!(preview().await, "Photo");
    ana.post(&format!("/rooms/{name}/messages/1/photo/remove"), &[]).await.expect(303);
    assert_eq!(preview().await, "Photo removed");
}

#[tokio::test]
async fn a_change_crosses_to_another_node() {
    let one = TestApp::start().await;
    one.join_nodes(None).await;
    let two = one.beside().await;
    two.join_nodes(None).await;
    let (ana, tomas) = (one.buyer("Ana").await, one.seller("Tomas").await);
    let name = room(&ana, &tomas);
    photos::sends(&ana, &format!("/rooms/{name}/messages"), "", photos::photo(64, 64)).await;
    let mut there = tomas.on_node(&two).socket(&format!("/ws/{name}")).await;
    there.expect("hello").await;
    ana.post(&format!("/rooms/{name}/messages/1/photo/remove"), &[]).await.expect(303);
    // By a hint, or by reconciliation two seconds later.
    assert_eq!(there.expect("changed").await["seq"], 1);
}
