//! A stop, as those see it who are there.

use std::{collections::BTreeSet, time::Duration};

use tokio::{task::JoinSet, time::Instant};

use crate::{
    programs::{Node, Postgres},
    support::TestApp,
};

/// All together so many sockets that their closing takes 600 milliseconds.
const PEOPLE: usize = 12;
const TABS: usize = 50;

pub async fn everybody_is_told_to_come_back_and_not_all_at_once() {
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
    let (first, last) = (closed[0].1, closed[closed.len() - 1].1);
    assert!(last - first > Duration::from_millis(100), "{:?}", last - first);
    assert!(last - asked < Duration::from_secs(5), "{:?}", last - asked);
    app.db.close().await;
    postgres.stop().await;
}
