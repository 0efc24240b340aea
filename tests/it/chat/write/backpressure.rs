//! A writer that can't keep up: sockets wait, forms are refused, and nothing is lost.

use std::{num::NonZeroU32, time::Duration};

use haggle::chat::MessageLimits;
use tokio::time::timeout;

use crate::{
    chat::send,
    support::{TestApp, eventually, room},
};

/// So long that they are more than may wait.
const MANY: usize = 2_500;
const LONG: usize = 3_000;

#[tokio::test]
async fn a_full_queue_rejects_forms_and_slows_sockets() {
    let app = TestApp::start_with(MessageLimits::new(NonZeroU32::new(1_000_000).unwrap())).await;
    let (ana, tomas) = (app.buyer("Ana").await, app.seller("Tomas").await);
    let name = room(&ana, &tomas);
    let mut socket = ana.socket(&format!("/ws/{name}")).await;
    socket.send(send("Hello")).await;
    socket.expect("message").await;

    // Somebody holds the room's row.
    let mut held = app.db.begin().await.unwrap();
    sqlx::query("SELECT id FROM rooms FOR UPDATE").execute(&mut *held).await.unwrap();
    socket.send(send("waits")).await;
    eventually("the writer waits for the row", async || {
        let waits: bool = sqlx::query_scalar(
            "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock')",
        )
        .fetch_one(&app.db)
        .await
        .unwrap();
        waits.then_some(())
    })
    .await;
    for n in 0..MANY {
        socket.send(send(&format!("{n} {}", "x".repeat(LONG)))).await;
    }
    // Until it is full, a form is taken and waits too.
    let form = [("body", "These words are kept")];
    let path = format!("/rooms/{name}/messages");
    let refused = loop {
        let post = ana.post(&path, &form);
        if let Ok(page) = timeout(Duration::from_millis(50), post).await {
            break page;
        }
    };
    assert!(refused.expect(503).text("textarea").contains("These words are kept"));

    held.rollback().await.unwrap();
    let stored = eventually("all are stored", async || {
        let bodies: Vec<String> = sqlx::query_scalar(
            "SELECT split_part(body, ' ', 1) FROM messages WHERE body ~ '^[0-9]+ x' ORDER BY seq",
        )
        .fetch_all(&app.db)
        .await
        .unwrap();
        (bodies.len() == MANY).then_some(bodies)
    })
    .await;
    assert!((0..MANY).map(|n| n.to_string()).eq(stored), "in the order in which they were sent");
}
