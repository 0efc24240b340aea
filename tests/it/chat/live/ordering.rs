//! Everybody gets everything, in order.

use serde_json::json;
use uuid::Uuid;

use crate::{
    chat::send,
    support::{TestApp, room},
};

#[tokio::test]
async fn a_quick_sender_is_kept_in_order() {
    let app = TestApp::start().await;
    let (ana, tomas) = (app.buyer("Ana").await, app.seller("Tomas").await);
    let path = format!("/ws/{}", room(&ana, &tomas));
    let mut socket = ana.socket(&path).await;
    for n in 1..=25 {
        socket.send(send(&n.to_string())).await;
    }
    for n in 1..=25 {
        let message = socket.expect("message").await;
        assert_eq!((&message["seq"], &message["body"]), (&json!(n), &json!(n.to_string())));
    }
}

#[tokio::test]
async fn many_tabs_of_one_person_all_hear_everything() {
    let app = TestApp::start().await;
    let (ana, tomas) = (app.buyer("Ana").await, app.seller("Tomas").await);
    let path = format!("/ws/{}", room(&ana, &tomas));
    let mut tabs = Vec::new();
    for _ in 0..5 {
        let mut tab = ana.socket(&path).await;
        tab.expect("hello").await;
        tabs.push(tab);
    }
    let id = Uuid::new_v4();
    tabs[2].send(json!({ "type": "send", "client_id": id, "body": "Hello" })).await;
    for tab in &mut tabs {
        assert_eq!(tab.expect("message").await["client_id"], json!(id));
    }
}
