//! What a socket takes and what it doesn't.

use std::{num::NonZeroU32, time::Duration};

use haggle::chat::{KeepAlive, MessageLimits};
use serde_json::json;
use uuid::Uuid;

use crate::support::{TestApp, eventually, room};

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
async fn sockets_per_person_are_limited_and_a_closed_one_frees_its_place() {
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
    ana.sends(&name, "Hello").await;
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
    ana.sends(&name, "Hello").await;
    let mut socket = tomas.socket(&format!("/ws/{name}")).await;
    socket.expect("hello").await;
    socket.send(json!({ "type": "read", "seq": 1 })).await;
    socket.expect("read").await;
    ana.sends(&name, "And more").await;
    socket.expect("message").await;
    app.db.close().await;
    for seq in [1, 2, 2] {
        socket.send(json!({ "type": "read", "seq": seq })).await;
        socket.send_text("nonsense").await;
        assert_eq!(socket.expect("error").await["code"], "bad_frame");
    }
}

#[tokio::test]
async fn an_idle_socket_is_closed_and_one_that_pongs_stays() {
    let app = TestApp::start_adjusted(|state| {
        state.chat.sockets.keep_alive = KeepAlive {
            ping: Duration::from_millis(50),
            idle_timeout: Duration::from_millis(300),
            ..KeepAlive::default()
        };
    })
    .await;
    let (ana, tomas) = (app.buyer("Ana").await, app.seller("Tomas").await);
    for path in [format!("/ws/{}", room(&ana, &tomas)), "/ws/inbox".to_owned()] {
        // A machine that stalls for longer than the time-out stalls both: then two others are tried.
        eventually("the silent one to be closed and the other to stay", async || {
            let (mut silent, mut answering) = (ana.socket(&path).await, ana.socket(&path).await);
            answering.expect("hello").await;
            // Reading answers pings; nothing is read of the other for longer than that is borne.
            if tokio::time::timeout(Duration::from_millis(700), answering.next()).await.is_ok() {
                return None;
            }
            assert_eq!(silent.closed().await, 1006, "{path}");
            answering.try_send(json!({ "type": "typing" })).await.then_some(())
        })
        .await;
    }
}
