//! What a socket takes and what it doesn't.

use serde_json::json;
use uuid::Uuid;

use crate::support::{TestApp, room};

#[tokio::test]
async fn broken_frames_are_answered_and_unknown_ones_ignored() {
    let app = TestApp::start().await;
    let (ana, tomas) = (app.buyer("Ana").await, app.seller("Tomas").await);
    let mut socket = ana.socket(&format!("/ws/{}", room(&ana, &tomas))).await;
    let id = Uuid::new_v4().to_string();
    for broken in ["", "nonsense", "[1]", "{}", r#"{"type":"send"}"#, r#"{"type":"read","seq":"x"}"#, "\u{0}"]
    {
        socket.send_text(broken).await;
        assert_eq!(socket.expect("error").await["code"], "bad_frame", "{broken}");
    }
    socket.send_text(&format!(r#"{{"type":"send","client_id":"{id}","body":7}}"#)).await;
    assert_eq!(socket.expect("error").await["client_id"], id, "the sender learns which one it was");
    socket.send(json!({ "type": "dance" })).await;
    for (body, code) in [("  ", "empty"), (&*"x".repeat(4001), "too_long"), ("a\0b", "bad_frame")] {
        socket.send(json!({ "type": "send", "client_id": id, "body": body })).await;
        let error = socket.expect("error").await;
        assert_eq!((&error["code"], &error["client_id"]), (&json!(code), &json!(id)));
    }
    socket.send(json!({ "type": "send", "client_id": id, "body": "fine", "mood": "good" })).await;
    assert_eq!(socket.expect("message").await["body"], "fine");
}

#[tokio::test]
async fn a_frame_that_is_too_big_closes_the_socket() {
    let app = TestApp::start().await;
    let (ana, tomas) = (app.buyer("Ana").await, app.seller("Tomas").await);
    let mut socket = ana.socket(&format!("/ws/{}", room(&ana, &tomas))).await;
    socket.expect("hello").await;
    socket.send_text(&"x".repeat(33 * 1024)).await;
    assert_eq!(socket.closed().await, 1009);
}

#[tokio::test]
async fn a_flood_of_frames_closes_the_socket() {
    let app = TestApp::start().await;
    let (ana, tomas) = (app.buyer("Ana").await, app.seller("Tomas").await);
    let mut socket = ana.socket(&format!("/ws/{}", room(&ana, &tomas))).await;
    socket.expect("hello").await;
    for _ in 0..400 {
        socket.send(json!({ "type": "typing" })).await;
    }
    assert_eq!(socket.closed().await, 4429);
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

#[tokio::test]
async fn somebody_too_fast_is_told_which_message_was_kept_back() {
    let app = TestApp::start().await;
    let (ana, tomas) = (app.buyer("Ana").await, app.seller("Tomas").await);
    let mut socket = ana.socket(&format!("/ws/{}", room(&ana, &tomas))).await;
    for n in 0..60 {
        socket.send(json!({ "type": "send", "client_id": Uuid::new_v4(), "body": n.to_string() })).await;
    }
    let error = socket.expect("error").await;
    assert_eq!(error["code"], "rate_limited");
    assert!(error["client_id"].is_string());
}

#[tokio::test]
async fn one_person_has_so_many_sockets_and_gets_the_place_of_a_closed_one_back() {
    let app = TestApp::start().await;
    let ana = app.buyer("Ana").await;
    let mut open = Vec::new();
    let refused = loop {
        match ana.try_socket("/ws/inbox").await {
            Ok(socket) => open.push(socket),
            Err(status) => break status,
        }
    };
    assert_eq!((refused, open.len()), (429, 60));
    open.pop().unwrap().close().await;
    crate::support::eventually("the place of the closed one", async || {
        ana.try_socket("/ws/inbox").await.ok()
    })
    .await;
}
