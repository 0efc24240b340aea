//! What a socket takes and what it doesn't.

use std::{num::NonZeroU32, time::Duration};

use haggle::chat::{KeepAlive, MessageLimits};
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
    assert_eq!(socket.expect("error").await["code"], "too_long");
    assert_eq!(socket.closed().await, 1009);
    let mut socket = ana.socket(&format!("/ws/{}", room(&ana, &tomas))).await;
    socket.send_text(&"x".repeat(300 * 1024)).await;
    assert_eq!(socket.closed().await, 1009, "one that isn't even read");
    let mut inbox = ana.socket("/ws/inbox").await;
    inbox.send_text(&"x".repeat(2 * 1024)).await;
    assert_eq!(inbox.expect("error").await["code"], "too_long");
    assert_eq!(inbox.closed().await, 1009);
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
    assert_eq!(socket.expect("error").await["code"], "rate_limited");
    assert_eq!(socket.closed().await, 4429);
    let mut inbox = ana.socket("/ws/inbox").await;
    for _ in 0..400 {
        inbox.send_text("{}").await;
    }
    assert_eq!(inbox.expect("error").await["code"], "rate_limited");
    assert_eq!(inbox.closed().await, 4429);
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

#[tokio::test]
async fn all_windows_of_one_person_together_send_so_many_frames() {
    let app = TestApp::start_with(MessageLimits::new(NonZeroU32::MIN)).await;
    let (ana, tomas) = (app.buyer("Ana").await, app.seller("Tomas").await);
    let name = room(&ana, &tomas);
    ana.says(&name, "Hello").await;
    let path = format!("/ws/{name}");
    let mut tomass = tomas.socket(&path).await;
    tomass.expect("hello").await;
    let mut windows = Vec::new();
    for _ in 0..10 {
        let mut window = ana.socket(&path).await;
        window.expect("hello").await;
        // Each has twenty.
        for _ in 0..19 {
            window.try_send(json!({ "type": "typing" })).await;
        }
        windows.push(window);
    }
    assert_eq!(windows.last_mut().unwrap().closed().await, 4429);
    tomass.send_text("nonsense").await;
    assert_eq!(tomass.expect("error").await["code"], "bad_frame", "nobody else is held up");
}

#[tokio::test]
async fn a_read_mark_that_cannot_be_stored_closes_no_socket() {
    let app = TestApp::start().await;
    let (ana, tomas) = (app.buyer("Ana").await, app.seller("Tomas").await);
    let name = room(&ana, &tomas);
    ana.says(&name, "Hello").await;
    let mut socket = tomas.socket(&format!("/ws/{name}")).await;
    socket.expect("hello").await;
    socket.send(json!({ "type": "read", "seq": 1 })).await;
    socket.expect("read").await;
    ana.says(&name, "And more").await;
    socket.expect("message").await;
    app.db.close().await;
    for seq in [1, 2, 2] {
        socket.send(json!({ "type": "read", "seq": seq })).await;
        socket.send_text("nonsense").await;
        assert_eq!(socket.expect("error").await["code"], "bad_frame");
    }
}

#[tokio::test]
async fn who_gives_no_sign_is_closed_and_who_answers_pings_stays() {
    let app = TestApp::start_adjusted(|state| {
        state.chat.sockets.keep_alive =
            KeepAlive { ping: Duration::from_millis(200), idle_timeout: Duration::from_millis(700) };
    })
    .await;
    let (ana, tomas) = (app.buyer("Ana").await, app.seller("Tomas").await);
    for path in [format!("/ws/{}", room(&ana, &tomas)), "/ws/inbox".to_owned()] {
        let (mut silent, mut open) = (ana.socket(&path).await, ana.socket(&path).await);
        open.expect("hello").await;
        // Reading answers pings: for twice as long as a silent one is borne.
        let frame = tokio::time::timeout(Duration::from_millis(1_500), open.next()).await;
        assert!(frame.is_err(), "{path}: {frame:?}");
        // What it was sent in time, and then the end.
        assert_eq!(silent.closed().await, 1006, "{path}");
        open.send_text("nonsense").await;
        if path != "/ws/inbox" {
            assert_eq!(open.expect("error").await["code"], "bad_frame");
        }
    }
}

#[tokio::test]
async fn typing_and_read_marks_are_told_no_more_often_than_anybody_could_use() {
    let app = TestApp::start().await;
    let (ana, tomas) = (app.buyer("Ana").await, app.seller("Tomas").await);
    let name = room(&ana, &tomas);
    for n in 0..20 {
        ana.says(&name, &n.to_string()).await;
    }
    let (mut anas, mut tomass) =
        (ana.socket(&format!("/ws/{name}")).await, tomas.socket(&format!("/ws/{name}")).await);
    anas.expect("hello").await;
    tomass.expect("hello").await;
    for _ in 0..10 {
        tomass.send(json!({ "type": "typing" })).await;
    }
    // All but the first wait for the row together.
    let mut lock = app.db.begin().await.unwrap();
    sqlx::query("SELECT * FROM rooms FOR UPDATE").execute(&mut *lock).await.unwrap();
    for seq in 1..=20 {
        tomass.send(json!({ "type": "read", "seq": seq })).await;
    }
    tomass.send_text("nonsense").await;
    tomass.expect("error").await;
    lock.rollback().await.unwrap();
    let mut heard = Vec::new();
    while heard.last() != Some(&json!(20)) {
        let frame = anas.expect_where("what he does", |frame| frame["type"] != "presence").await;
        heard.push(if frame["type"] == "read" { frame["seq"].clone() } else { frame["type"].clone() });
    }
    assert_eq!(heard, [json!("typing"), json!(1), json!(20)]);
}
