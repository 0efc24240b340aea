//! A stop, as those see it who are there.

use std::{collections::BTreeSet, time::Duration};

use serde_json::json;
use sqlx::Executor as _;
use tokio::{net::TcpStream, task::JoinSet, time::Instant};
use uuid::Uuid;

use crate::{
    processes::{Node, Postgres},
    support::{TestApp, room, within_deadline},
};

/// All together so many sockets that their closing takes 600 milliseconds.
const PEOPLE: usize = 12;
const TABS: usize = 50;

pub async fn shutdown_closes_sockets_spread_over_time() {
    let postgres = Postgres::start().await;
    let mut node = Node::start("stop", postgres.url(), None).await;
    let app = TestApp::outside(node.addr, postgres.pool().await);
    let mut sockets = Vec::new();
    for n in 0..PEOPLE {
        let person = app.buyer(&format!("Person {n}")).await;
        for _ in 0..TABS {
            sockets.push(person.socket("/ws/inbox").await);
        }
    }
    let mut closing = JoinSet::new();
    for mut socket in sockets {
        closing.spawn(async move { (socket.closed().await, Instant::now()) });
    }
    let asked = Instant::now();
    node.stop().await;
    let mut closed = closing.join_all().await;
    closed.sort_by_key(|(_, at)| *at);
    let codes: BTreeSet<u16> = closed.iter().map(|(code, _)| *code).collect();
    assert_eq!(codes, [1012].into());
    // The last of so many is due in the second half of the window, and no timer is early.
    let last = closed[closed.len() - 1].1;
    assert!(last - asked > Duration::from_millis(300), "{:?}", last - asked);
    app.db.close().await;
    postgres.stop().await;
}

pub async fn shutdown_commits_queued_messages_and_accepts_no_new_ones() {
    let postgres = Postgres::start().await;
    let mut node = Node::start("stop-writing", postgres.url(), None).await;
    let db = postgres.pool().await;
    let app = TestApp::outside(node.addr, db.clone());
    let (ana, tomas) = (app.buyer("Ana").await, app.seller("Tomas").await);
    let name = room(&ana, &tomas);
    ana.sends(&name, "Before").await;
    let mut socket = ana.socket(&format!("/ws/{name}")).await;
    let mut lock = db.begin().await.unwrap();
    lock.execute("SELECT * FROM rooms FOR UPDATE").await.unwrap();
    for n in 0..20 {
        socket.send(json!({ "type": "send", "client_id": Uuid::new_v4(), "body": n.to_string() })).await;
    }
    socket.send_text("nonsense").await;
    socket.expect("error").await;
    let addr = node.addr;
    let stopped = tokio::spawn(async move { node.stop().await });
    // A stop while nothing is stored yet; by then nobody can come.
    assert_eq!(socket.closed().await, 1012);
    TcpStream::connect(addr).await.expect_err("it listens no longer");
    lock.rollback().await.unwrap();
    within_deadline("the program to end", stopped).await.unwrap();
    let stored: i64 =
        sqlx::query_scalar("SELECT count(DISTINCT client_id) FROM messages").fetch_one(&db).await.unwrap();
    assert_eq!(stored, 21);
    assert!(haggle::chat::verify(&db).await.unwrap().is_empty());
    db.close().await;
    postgres.stop().await;
}
