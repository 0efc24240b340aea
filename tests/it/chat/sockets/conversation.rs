//! A message's way from one person to the other.

use serde_json::json;
use uuid::Uuid;

use crate::{
    chat::send,
    support::{Product, TestApp, room, within_deadline},
};

#[tokio::test]
async fn a_message_arrives_at_once_and_both_sides_see_the_same() {
    let app = TestApp::start().await;
    let (ana, tomas) = (app.buyer("Ana").await, app.seller("Tomas").await);
    let path = format!("/ws/{}", room(&ana, &tomas));

    let mut anas = ana.socket(&path).await;
    assert_eq!(anas.expect("hello").await["last_seq"], 0);
    anas.send(send("Is it still there?")).await;
    let first = anas.expect("message").await;
    assert_eq!((&first["seq"], &first["from"]), (&json!(1), &json!("buyer")));

    let mut tomass = tomas.socket(&path).await;
    assert_eq!(tomass.expect("hello").await["last_seq"], 1);
    tomass.send(send("It is.")).await;
    let answer = anas.expect("message").await;
    assert_eq!(
        (&answer["seq"], &answer["from"], &answer["body"]),
        (&json!(2), &json!("seller"), &json!("It is."))
    );
    assert_eq!(answer, tomass.expect("message").await, "both sides get the same bytes");

    let stored: Vec<(i64, String)> =
        sqlx::query_as("SELECT seq, body FROM messages").fetch_all(&app.db).await.unwrap();
    assert_eq!(stored, [(1, "Is it still there?".to_owned())]);
    let stored: Vec<(i64, String)> =
        sqlx::query_as("SELECT seq, body FROM post_messages").fetch_all(&app.db).await.unwrap();
    assert_eq!(stored, [(2, "It is.".to_owned())]);
}

#[tokio::test]
async fn a_new_name_stands_on_the_next_message() {
    let app = TestApp::start().await;
    let (ana, tomas) = (app.buyer("Ana").await, app.seller("Tomas").await);
    let path = format!("/ws/{}", room(&ana, &tomas));
    let mut before = ana.socket(&path).await;
    before.expect("hello").await;
    ana.post("/account", &[("name", "Anastasia")]).await.expect(303);
    assert_eq!(before.closed().await, 1012, "it comes back under the new name");
    let mut after = ana.socket(&path).await;
    after.send(send("Who am I?")).await;
    let told = after.expect("message").await;
    assert!(told["html"].as_str().unwrap().contains(">Anastasia<"), "{told}");
    let history = tomas.get_json(&format!("/rooms/{}/messages", room(&ana, &tomas))).await.ok().json();
    assert_eq!(history["entries"][0]["html"], told["html"]);
}

#[tokio::test]
async fn a_product_is_announced_when_the_talk_turns_to_it() {
    let app = TestApp::start().await;
    let (ana, tomas) = (app.buyer("Ana").await, app.seller("Tomas").await);
    let bicycle = Product::new("City bicycle").create(&app, &tomas).await;
    let lamp = Product::new("Table lamp").create(&app, &tomas).await;
    for (product, body) in [
        (bicycle, "Still there?"),
        (bicycle, "And the lock?"),
        (lamp, "And the lamp?"),
        (bicycle, "Back to the bicycle"),
    ] {
        ana.messages_about(product, body).await;
    }
    let page = tomas.get(&format!("/rooms/{}", room(&ana, &tomas))).await.ok();
    assert_eq!(page.texts(".divider-title"), ["City bicycle", "Table lamp", "City bicycle"]);
    assert!(!page.has(".divider-state"));

    sqlx::query(
        "UPDATE products SET title = 'Something else', price_minor = 1, sold_at = now() WHERE id = $1",
    )
    .bind(lamp)
    .execute(&app.db)
    .await
    .unwrap();
    let page = tomas.get(&format!("/rooms/{}", room(&ana, &tomas))).await.ok();
    assert_eq!(
        page.texts(".divider-title"),
        ["City bicycle", "Table lamp", "City bicycle"],
        "as it was when it was said"
    );
    assert_eq!(page.texts(".divider-state"), ["Sold"], "but its state is today's");
}

#[tokio::test]
async fn a_message_names_only_this_sellers_visible_products() {
    let app = TestApp::start().await;
    let (ana, bo) = (app.buyer("Ana").await, app.buyer("Bo").await);
    let (tomas, wei) = (app.seller("Tomas").await, app.seller("Wei").await);
    let spoken = Product::new("Chair").create(&app, &tomas).await;
    let foreign = Product::new("Table").create(&app, &wei).await;
    ana.messages_about(spoken, "The chair?").await;
    bo.sends(&room(&bo, &tomas), "Hello").await;
    sqlx::query("UPDATE products SET hidden_at = now() WHERE id = $1")
        .bind(spoken)
        .execute(&app.db)
        .await
        .unwrap();

    let mut socket = ana.socket(&format!("/ws/{}", room(&ana, &tomas))).await;
    let about = |product: i64| json!({ "type": "send", "client_id": Uuid::new_v4(), "body": "?", "product_id": product });
    for wrong in [foreign, 999_999, -1] {
        socket.send(about(wrong)).await;
        assert_eq!(socket.expect("error").await["code"], "bad_product");
    }
    socket.send(about(spoken)).await;
    assert_eq!(socket.expect("message").await["product_id"], spoken);

    let mut socket = bo.socket(&format!("/ws/{}", room(&bo, &tomas))).await;
    socket.send(about(spoken)).await;
    assert_eq!(socket.expect("error").await["code"], "bad_product");
}

#[tokio::test]
async fn bodies_are_shown_as_text_and_only_web_addresses_as_links() {
    let app = TestApp::start().await;
    let (ana, tomas) = (app.buyer("<b>Ana</b>").await, app.seller("Tomas").await);
    let name = room(&ana, &tomas);
    let nasty = "<script>alert(1)</script> https://a.example/?a=1&b=\"2\" javascript:alert(1) '\"><img src=x onerror=alert(1)>";
    ana.sends(&name, nasty).await;
    for person in [&ana, &tomas] {
        let page = person.get(&format!("/rooms/{name}")).await.ok();
        assert_eq!(page.count(".timeline script, .timeline img, .timeline b"), 0);
        assert_eq!(page.text(".timeline .bubble-body"), nasty);
        assert_eq!(page.attrs(".timeline .bubble-body a", "rel"), ["nofollow ugc noopener"]);
        assert!(page.attr(".timeline .bubble-body a", "href").starts_with("https://a.example/"));
    }
    let inbox = tomas.get("/messages").await.ok();
    assert_eq!(inbox.count(".inbox-list script, .inbox-list img, .inbox-list b"), 0);
}

#[tokio::test]
async fn two_people_who_sell_to_each_other_have_two_rooms() {
    let app = TestApp::start().await;
    let (ana, tomas) = (app.seller("Ana").await, app.seller("Tomas").await);
    let (buying, selling) = (room(&ana, &tomas), room(&tomas, &ana));
    ana.sends(&buying, "Yours?").await;
    tomas.sends(&selling, "And yours?").await;
    assert_eq!(ana.get(&format!("/rooms/{buying}")).await.ok().texts(".timeline .bubble-body"), ["Yours?"]);
    assert_eq!(
        ana.get(&format!("/rooms/{selling}")).await.ok().texts(".timeline .bubble-body"),
        ["And yours?"]
    );
    assert_eq!(ana.get("/messages").await.ok().count(".inbox-row"), 2);
}

#[tokio::test]
async fn what_was_said_is_still_there_after_a_restart() {
    let mut app = TestApp::start().await;
    let (ana, tomas) = (app.buyer("Ana").await, app.seller("Tomas").await);
    let name = room(&ana, &tomas);
    ana.sends(&name, "Before").await;
    let mut socket = tomas.socket(&format!("/ws/{name}")).await;
    socket.expect("hello").await;
    within_deadline("the restart", app.restart()).await;
    assert_eq!(socket.closed().await, 1012, "come back");
    let mut socket = tomas.socket(&format!("/ws/{name}")).await;
    assert_eq!(socket.expect("hello").await["last_seq"], 1);
}

#[tokio::test]
async fn open_rooms_are_told_that_a_product_is_sold_or_hidden() {
    let one = TestApp::start().await;
    one.join_nodes(None).await;
    let two = one.beside().await;
    two.join_nodes(None).await;
    let (ana, tomas, rita) = (one.buyer("Ana").await, one.seller("Tomas").await, one.seller("Rita").await);
    let lamp = Product::new("Lamp").create(&one, &tomas).await;
    ana.messages_about(lamp, "Still there?").await;
    let mut here = ana.socket(&format!("/ws/{}", room(&ana, &tomas))).await;
    let mut elsewhere = ana.socket(&format!("/ws/{}", room(&ana, &rita))).await;
    let mut there = tomas.on_node(&two).socket(&format!("/ws/{}", room(&ana, &tomas))).await;
    for socket in [&mut here, &mut elsewhere, &mut there] {
        socket.expect("hello").await;
    }
    let moved = async |to: &str| tomas.post(&format!("/seller/products/{lamp}/{to}"), &[]).await.expect(303);
    moved("sold").await;
    let told = here.expect("product").await;
    assert_eq!(
        (&told["product_id"], &told["state"], &told["label"]),
        (&lamp.into(), &"sold".into(), &"Sold".into())
    );
    one.admin("Root").await.post(&format!("/admin/products/{lamp}/hide"), &[]).await.expect(303);
    assert_eq!(here.expect("product").await["state"], "hidden");

    // A hint between nodes comes at most once, and not before they know each other.
    let again = async {
        loop {
            moved("available").await;
            moved("sold").await;
        }
    };
    tokio::select! {
        told = there.expect("product") => assert_eq!(told["product_id"], lamp),
        () = again => {}
    }
    ana.sends(&room(&ana, &rita), "Hello").await;
    assert_eq!(
        elsewhere.expect_where("anything", |_| true).await["type"],
        "message",
        "another seller's room"
    );
}
