//! Somebody who doesn't read holds up nobody, and is held no place for.

use std::{
    num::NonZeroU32,
    time::{Duration, Instant},
};

use haggle::chat::MessageLimits;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{Socket, TestApp, room};

/// Messages of each side: more than the system's buffers and the room's backlog hold together.
const COUNT: usize = 195;

/// As large as a message can be: buffers on the way fill within_deadline.
fn send(n: usize) -> Value {
    let body = format!("{n} {}", "🚲".repeat(3990));
    json!({ "type": "send", "client_id": Uuid::new_v4(), "body": body })
}

/// Nobody here is too fast.
async fn app() -> TestApp {
    TestApp::start_with(MessageLimits::new(NonZeroU32::new(10_000).unwrap())).await
}

async fn hears(socket: &mut Socket, seq: usize) {
    assert_eq!(socket.expect("message").await["seq"], seq, "in order, without holes");
}

#[tokio::test]
async fn a_slow_reader_is_closed_without_delaying_others() {
    let app = app().await;
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
    let closed = async {
        while silent.try_send(json!({ "type": "typing" })).await {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), closed).await.expect("the silent socket is closed");
    tomass.send(send(0)).await;
    hears(&mut anas, 2 * COUNT + 1).await;
    hears(&mut tomass, 2 * COUNT + 1).await;
}

/// One message that waits until a silent reader is given up waits longer than this.
const STALL: Duration = Duration::from_secs(5);

#[tokio::test]
async fn while_somebody_does_not_read_messages_take_as_long_as_before() {
    let app = app().await;
    // A machine may stall for reasons of its own, but not every time.
    let mut found = Vec::new();
    for n in 1..=3 {
        match beside_a_silent_reader(&app, n).await {
            Ok(()) => return,
            Err(times) => found.push(times),
        }
    }
    panic!("{found:?}");
}

/// The same exchange in a room with a silent reader and in one without.
async fn beside_a_silent_reader(app: &TestApp, n: usize) -> Result<(), String> {
    let (ana, bo) = (app.buyer(&format!("Ana {n}")).await, app.buyer(&format!("Bo {n}")).await);
    let tomas = app.seller(&format!("Tomas {n}")).await;
    let (path, other) = (format!("/ws/{}", room(&ana, &tomas)), format!("/ws/{}", room(&bo, &tomas)));
    for buyer in [&ana, &bo] {
        buyer.says(&room(buyer, &tomas), "Hello").await;
    }
    let (mut anas, mut tomass) = (ana.socket(&path).await, tomas.socket(&path).await);
    let (mut bos, mut tomas_too) = (bo.socket(&other).await, tomas.socket(&other).await);
    let mut silent = ana.slow_reading_socket(&path).await;
    silent.expect("hello").await;
    tokio::join!(writes(&mut anas), writes(&mut tomass));

    // In turn, so that whatever else the machine does slows both.
    let (mut beside_it, mut elsewhere) = (Vec::new(), Vec::new());
    for _ in 0..300 {
        beside_it.push(exchange(&mut anas, &mut tomass).await);
        elsewhere.push(exchange(&mut bos, &mut tomas_too).await);
    }
    let slowest = beside_it.iter().copied().max().unwrap_or_default();
    let (p99, usual) = (p99(beside_it), p99(elsewhere));
    let is_there = silent.try_send(json!({ "type": "typing" })).await;
    if p99 <= 3 * usual + Duration::from_millis(10) && slowest < STALL && is_there {
        return Ok(());
    }
    Err(format!("p99 {p99:?}, in the other room {usual:?}; the slowest {slowest:?}; still there: {is_there}"))
}

/// From sending a message to the other side having it, as far as that is waited for.
async fn exchange(from: &mut Socket, to: &mut Socket) -> Duration {
    let id = Uuid::new_v4();
    let sent = Instant::now();
    from.send(json!({ "type": "send", "client_id": id, "body": "Hello" })).await;
    let had = to.expect_where("the message", |frame| frame["client_id"] == json!(id));
    let _ = tokio::time::timeout(STALL, had).await;
    sent.elapsed()
}

fn p99(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() * 99 / 100]
}

#[tokio::test]
async fn who_reads_on_after_falling_behind_is_told_to_ask_for_the_rest() {
    let app = app().await;
    let (ana, tomas) = (app.buyer("Ana").await, app.seller("Tomas").await);
    let name = room(&ana, &tomas);
    let path = format!("/ws/{name}");
    ana.says(&name, "Hello").await;
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
    tomas.says(&name, "Still there?").await;
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
