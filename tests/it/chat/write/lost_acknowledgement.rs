//! The database commits, and the connection is gone before it has said so.

use serde_json::json;
use sqlx::PgPool;
use uuid::Uuid;

use crate::chat::attachments::photos::{photo, sends};
use crate::support::{DbProxy, TestApp, eventually, room};

async fn count_is(db: &PgPool, count: i64) {
    eventually("the message to be stored", async || {
        let stored: i64 = sqlx::query_scalar("SELECT count(*) FROM messages").fetch_one(db).await.unwrap();
        (stored == count).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_message_with_a_lost_acknowledgement_is_broadcast_once() {
    let app = TestApp::start().await;
    let (wire, db) = DbProxy::to(&app.db).await;
    let node = app.beside_over(db).await;
    let (ana, tomas) = (app.buyer("Ana").await.on_node(&node), app.seller("Tomas").await.on_node(&node));
    let name = room(&ana, &tomas);
    ana.sends(&name, "Before").await;
    let path = format!("/ws/{name}");
    let (mut anas, mut tomass) = (ana.socket(&path).await, tomas.socket(&path).await);
    let mut inbox = tomas.socket("/ws/inbox").await;
    for socket in [&mut anas, &mut tomass, &mut inbox] {
        socket.expect("hello").await;
    }

    let id = Uuid::new_v4();
    wire.lose_answers();
    anas.send(json!({ "type": "send", "client_id": id, "body": "Is it still there?" })).await;
    count_is(&app.db, 2).await;
    wire.cut();
    for socket in [&mut anas, &mut tomass] {
        let told = socket.expect("message").await;
        assert_eq!((&told["client_id"], &told["seq"]), (&json!(id), &json!(2)));
    }
    assert_eq!(inbox.expect("inbox").await["unread"], 2);

    wire.lose_answers();
    let form = format!("/rooms/{name}/messages");
    let sent = tokio::spawn({
        let ana = ana.clone();
        async move { sends(&ana, &form, "", photo(60, 40)).await }
    });
    count_is(&app.db, 3).await;
    wire.cut();
    sent.await.unwrap().redirects_to(&format!("/rooms/{name}#entry_3"));
    assert_eq!(tomass.expect("message").await["kind"], "photo");
    // Whatever was under way is over by now, and its connection with it.
    let shown = eventually("the room", async || {
        let page = tomas.get(&format!("/rooms/{name}")).await;
        (page.status == 200).then(|| page.attr(".bubble-photo", "href"))
    });
    tomas.get(&shown.await).await.ok();
}
