//! What readers who stop reading cost the program.

use serde_json::json;
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::{
    processes::{Node, Postgres},
    support::{Person, Socket, TestApp, room},
};

const TABS: usize = 20;
/// Frames of 33 KB: 66 MB in all, and 1 GB if every tab had its own.
const COUNT: usize = 2000;
/// A quarter of what it would be if every tab had its own, and far more than an allocator keeps back.
const AS_MUCH: usize = 256 << 20;

pub async fn a_reader_that_stops_costs_no_memory() {
    let postgres = Postgres::start().await;
    let node = Node::start("slow", postgres.url(), None).await;
    let app = TestApp::outside(node.addr, postgres.pool().await);
    let (ana, tomas) = (app.buyer("Ana").await, app.seller("Tomas").await);
    let name = room(&ana, &tomas);
    ana.sends(&name, "Hello").await;
    let path = format!("/ws/{name}");
    let mut writer = ana.socket(&path).await;

    let mut readers = JoinSet::new();
    for mut tab in tabs(&tomas, &path).await {
        readers.spawn(async move { while tab.next().await.is_ok() {} });
    }
    writes(&mut writer).await;
    let read = node.peak_memory();
    readers.shutdown().await;

    let _silent = tabs(&tomas, &path).await;
    writes(&mut writer).await;
    let unread = node.peak_memory();

    assert!(unread < read + AS_MUCH, "{unread} bytes, and {read} while everybody read");
    app.db.close().await;
    postgres.stop().await;
}

async fn tabs(person: &Person, path: &str) -> Vec<Socket> {
    let mut tabs = Vec::new();
    for _ in 0..TABS {
        let mut tab = person.slow_reading_socket(path).await;
        tab.expect("hello").await;
        tabs.push(tab);
    }
    tabs
}

/// Some at a time, below the backlog of a room.
async fn writes(socket: &mut Socket) {
    for n in 1..=COUNT {
        let (id, body) = (Uuid::new_v4(), format!("{n} {}", "🚲".repeat(3990)));
        socket.send(json!({ "type": "send", "client_id": id, "body": body })).await;
        if n % 10 == 0 {
            socket.expect_where("the message", |frame| frame["client_id"] == json!(id)).await;
        }
    }
}
