//! Somebody who doesn't read holds up nobody, and is held no place for.

use std::{num::NonZeroU32, time::Duration};

use haggle::{app::App, chat::MessageLimits};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{Socket, TestApp, eventually, room};

/// Messages of each side: more than the system's buffers and the room's backlog hold together.
const COUNT: usize = 195;

/// As large as a message can be: buffers on the way fill soon.
fn send(n: usize) -> Value {
    let body = format!("{n} {}", "🚲".repeat(3990));
    json!({ "type": "send", "client_id": Uuid::new_v4(), "body": body })
}

/// Nobody here is too fast.
async fn app(adjust: fn(&mut App)) -> TestApp {
    TestApp::start_as(MessageLimits::new(NonZeroU32::new(10_000).unwrap()), adjust).await
}

fn given_up_soon(app: &mut App) {
    app.chat.sockets.keep_alive.send_timeout = Duration::from_millis(100);
}

/// Whoever waited for a silent reader would wait longer than any test.
fn never_given_up(app: &mut App) {
    app.chat.sockets.keep_alive.send_timeout = Duration::from_secs(3600);
}

async fn hears(socket: &mut Socket, seq: usize) {
    assert_eq!(socket.expect("message").await["seq"], seq, "in order, without holes");
}

#[tokio::test]
async fn a_slow_reader_is_closed_without_delaying_others() {
    let app = app(given_up_soon).await;
    let (ana, tomas) = (app.buyer("Ana").await, app.seller("Tomas").await);
    let path = format!("/ws/{}", room(&ana, &tomas));
    let mut anas = ana.socket(&path).await;
    anas.send(send(1)).await;
    hears(&mut anas, 1).await;
    let mut tomass = tomas.socket(&path).await;
    tomass.expect("hello").await;
    let mut silent = ana.slow_reading_socket(&path).await;
    silent.expect("hello").await;

    for n in 2..=2 * COUNT {
        let writer = if n % 2 == 0 { &mut anas } else { &mut tomass };
        writer.send(send(n)).await;
        hears(&mut anas, n).await;
        hears(&mut tomass, n).await;
    }
    // It may still write, and finds out that nobody is there any more.
    eventually("the silent socket to be closed", async || {
        (!silent.try_send(json!({ "type": "typing" })).await).then_some(())
    })
    .await;
    tomass.send(send(0)).await;
    hears(&mut anas, 2 * COUNT + 1).await;
    hears(&mut tomass, 2 * COUNT + 1).await;
}

#[tokio::test]
async fn messages_do_not_wait_for_a_silent_reader() {
    let app = app(never_given_up).await;
    let (ana, tomas) = (app.buyer("Ana").await, app.seller("Tomas").await);
    let path = format!("/ws/{}", room(&ana, &tomas));
    ana.sends(&room(&ana, &tomas), "Hello").await;
    let (mut anas, mut tomass) = (ana.socket(&path).await, tomas.socket(&path).await);
    let mut silent = ana.slow_reading_socket(&path).await;
    silent.expect("hello").await;
    tokio::join!(writes(&mut anas), writes(&mut tomass));
    for _ in 0..20 {
        let message = send(0);
        let id = message["client_id"].clone();
        anas.send(message).await;
        tomass.expect_where("the message", |frame| frame["client_id"] == id).await;
    }
    assert!(silent.try_send(json!({ "type": "typing" })).await, "nobody gave it up");
}

#[tokio::test]
async fn a_reader_that_fell_behind_gets_a_resync() {
    let app = app(never_given_up).await;
    let (ana, tomas) = (app.buyer("Ana").await, app.seller("Tomas").await);
    let name = room(&ana, &tomas);
    let path = format!("/ws/{name}");
    ana.sends(&name, "Hello").await;
    let (mut anas, mut tomass) = (ana.socket(&path).await, tomas.socket(&path).await);
    let mut late = ana.slow_reading_socket(&path).await;
    late.expect("hello").await;
    tokio::join!(writes(&mut anas), writes(&mut tomass));

    let mut seen = 1;
    while let frame = late.expect_where("what was in between", |_| true).await
        && frame["type"] != "resync"
    {
        if frame["type"] == "message" {
            seen += 1;
            assert_eq!(frame["seq"], seen, "in order, without holes, up to the resync");
        }
    }
    let presence = late.expect("presence").await;
    assert_eq!(
        presence,
        json!({ "type": "presence", "who": "seller", "online": true }),
        "history hasn't got it"
    );
    assert!(seen < COUNT, "only what fits into the buffers on the way was kept for it");
    let mut more = true;
    while more {
        let history = format!("/rooms/{name}/messages?limit=100&after={seen}");
        let page = ana.get_json(&history).await.ok().json();
        for entry in page["entries"].as_array().unwrap() {
            seen += 1;
            assert_eq!(entry["seq"], seen);
        }
        more = page["more"] == true;
    }
    assert_eq!(seen, 1 + 2 * COUNT);
    tomas.sends(&name, "Still there?").await;
    hears(&mut late, seen + 1).await;
}

/// So many, each when the one before it is stored.
async fn writes(socket: &mut Socket) {
    for n in 0..COUNT {
        let message = send(n);
        let id = message["client_id"].clone();
        socket.send(message).await;
        socket.expect_where("my message", |frame| frame["client_id"] == id).await;
    }
}
