//! People on different nodes.

use std::{collections::HashSet, time::Duration};

use futures_util::StreamExt as _;
use serde_json::{Value, json};
use tokio::time::timeout;
use uuid::Uuid;

use crate::{
    nats_server::NatsServer,
    support::{Person, Socket, TestApp, eventually, room},
    transport::Transport,
};

pub fn send(body: &str) -> Value {
    json!({ "type": "send", "client_id": Uuid::new_v4(), "body": body })
}

/// Two nodes that know each other.
pub async fn two_nodes(over: Transport) -> (TestApp, TestApp, Option<NatsServer>) {
    with_another(TestApp::start().await, over).await
}

/// The same, beginning with this one.
pub async fn with_another(one: TestApp, over: Transport) -> (TestApp, TestApp, Option<NatsServer>) {
    let server = over.server().await;
    let nats = server.as_ref().map(NatsServer::url);
    one.join_nodes(nats.as_deref()).await;
    let two = one.beside().await;
    two.join_nodes(nats.as_deref()).await;
    // A presence that crosses over shows that both have noticed.
    let (ana, tomas) = (one.buyer("Probe Buyer").await, one.seller("Probe Seller").await);
    let name = room(&ana, &tomas);
    ana.sends(&name, "Anybody there?").await;
    eventually("both nodes to know each other", async || {
        let mut here = ana.socket(&format!("/ws/{name}")).await;
        here.expect("hello").await;
        let mut there = tomas.on_node(&two).socket(&format!("/ws/{name}")).await;
        let hello = there.expect("hello").await;
        (hello["online"] == true).then_some(())
    })
    .await;
    if let Some(server) = &server {
        nats_carries(server, [&ana, &tomas.on_node(&two)], &name).await;
    }
    (one, two, server)
}

/// Until both of these people's nodes tell what happens in their room by NATS.
async fn nats_carries(server: &NatsServer, people: [&Person; 2], room: &str) {
    let spy = async_nats::connect(server.url()).await.unwrap();
    let mut told = spy.subscribe("haggle.>").await.unwrap();
    spy.flush().await.unwrap();
    let mut sockets = Vec::new();
    for person in people {
        sockets.push(person.socket(&format!("/ws/{room}")).await);
    }
    let mut nodes = HashSet::new();
    eventually("both nodes to tell by NATS", async || {
        for socket in &mut sockets {
            socket.send(json!({ "type": "typing" })).await;
        }
        while let Ok(Some(hint)) = timeout(Duration::from_millis(300), told.next()).await {
            nodes.extend(std::str::from_utf8(&hint.payload).unwrap().lines().next().map(str::to_owned));
        }
        (nodes.iter().filter(|node| node.parse::<Uuid>().is_ok()).count() == 2).then_some(())
    })
    .await;
}

async fn bodies(socket: &mut Socket, count: usize) -> Vec<(i64, String)> {
    let mut bodies = Vec::new();
    while bodies.len() < count {
        let message = socket.expect("message").await;
        bodies.push((message["seq"].as_i64().unwrap(), message["body"].as_str().unwrap().to_owned()));
    }
    bodies
}

/// Somebody who has just come to another node is there at once, or when that has got about.
async fn sees_the_other(socket: &mut Socket) {
    if socket.expect("hello").await["online"] == false {
        assert_eq!(socket.expect("presence").await["online"], true);
    }
}

pub async fn two_people_on_two_nodes_talk_as_on_one(over: Transport) {
    let (one, two, _server) = two_nodes(over).await;
    let (ana, tomas) = (one.buyer("Ana").await, one.seller("Tomas").await.on_node(&two));
    let name = room(&ana, &tomas);
    ana.sends(&name, "0").await;
    let mut anas = ana.socket(&format!("/ws/{name}")).await;
    anas.expect("hello").await;
    let mut inbox = tomas.socket("/ws/inbox").await;
    let mut tomass = tomas.socket(&format!("/ws/{name}")).await;
    sees_the_other(&mut tomass).await;
    assert_eq!(anas.expect("presence").await["who"], "seller");

    for n in 1..=10 {
        let (from, to) = if n % 2 == 0 { (&mut anas, &mut tomass) } else { (&mut tomass, &mut anas) };
        from.send(send(&n.to_string())).await;
        let told =
            to.expect_where("the message", |frame| frame["body"].as_str() == Some(&*n.to_string())).await;
        assert_eq!(told["seq"], n + 1);
    }
    anas.send(json!({ "type": "typing" })).await;
    assert_eq!(tomass.expect("typing").await["by"], "buyer");
    tomass.send(json!({ "type": "read", "seq": 11 })).await;
    assert_eq!(anas.expect("read").await, json!({ "type": "read", "by": "seller", "seq": 11 }));
    inbox.expect_where("an empty badge", |frame| frame["total"] == 0).await;

    let other_browser = ana.on_another_device(&one).await;
    other_browser.post("/account/sign-out-everywhere", &[]).await.expect(303);
    assert_eq!(anas.closed().await, 4401);
    let again = ana.on_node(&two);
    again.sign_in(crate::support::PASSWORD).await.expect(303);
    let mut there = again.socket(&format!("/ws/{name}")).await;
    there.expect("hello").await;
    again.on_node(&one).post("/account/sign-out-everywhere", &[]).await.expect(303);
    assert_eq!(there.closed().await, 4401, "ended on the other node");
}

pub async fn concurrent_writes_on_two_nodes_converge(over: Transport) {
    let (one, two, _server) = two_nodes(over).await;
    let (ana, tomas) = (one.buyer("Ana").await, one.seller("Tomas").await.on_node(&two));
    let name = room(&ana, &tomas);
    ana.sends(&name, "0").await;
    let mut anas = ana.socket(&format!("/ws/{name}")).await;
    let mut tomass = tomas.socket(&format!("/ws/{name}")).await;
    anas.expect("hello").await;
    tomass.expect("hello").await;
    // Not so many that one who is slow today would be told to resync.
    for n in 0..12 {
        anas.send(send(&format!("a{n}"))).await;
        tomass.send(send(&format!("t{n}"))).await;
    }
    let (first, second) = (bodies(&mut anas, 24).await, bodies(&mut tomass, 24).await);
    assert_eq!(first, second);
    assert_eq!(
        first.iter().map(|(seq, _)| *seq).collect::<Vec<_>>(),
        (2..=25).collect::<Vec<_>>(),
        "no holes"
    );
    assert!(haggle::chat::verify(&one.db).await.unwrap().is_empty());
}

pub async fn reconciliation_finds_entries_that_were_never_published(over: Transport) {
    let (one, _two, _server) = two_nodes(over).await;
    // It doesn't know of the others, as one that died between its commit and telling.
    let silent = one.beside().await;
    let (ana, tomas) = (one.buyer("Ana").await, one.seller("Tomas").await);
    let name = room(&ana, &tomas);
    ana.sends(&name, "told").await;
    let mut socket = tomas.socket(&format!("/ws/{name}")).await;
    socket.expect("hello").await;
    ana.on_node(&silent).sends(&name, "never told").await;
    ana.on_node(&silent).sends(&name, "nor this").await;
    assert_eq!(bodies(&mut socket, 2).await, [(2, "never told".to_owned()), (3, "nor this".to_owned())]);
}

pub async fn people_of_a_node_that_stops_linger_until_they_are_back(over: Transport) {
    let (one, mut two, _server) = two_nodes(over).await;
    let (ana, tomas) = (one.buyer("Ana").await, one.seller("Tomas").await);
    let name = room(&ana, &tomas);
    ana.sends(&name, "0").await;
    let mut anas = ana.socket(&format!("/ws/{name}")).await;
    anas.expect("hello").await;
    let mut tomass = tomas.on_node(&two).socket(&format!("/ws/{name}")).await;
    tomass.expect("hello").await;
    assert_eq!(anas.expect("presence").await["online"], true);

    two.stop().await;
    assert_eq!(tomass.closed().await, 1012);
    let stopped: String =
        sqlx::query_scalar("SELECT clock_timestamp()::text").fetch_one(&one.db).await.unwrap();
    eventually("the other node to look who is there, twice", async || {
        let beaten: bool = sqlx::query_scalar(
            "SELECT bool_or(seen_at BETWEEN $1::timestamptz + interval '2 seconds' AND clock_timestamp()) FROM nodes",
        )
        .bind(&stopped)
        .fetch_one(&one.db)
        .await
        .unwrap();
        beaten.then_some(())
    })
    .await;
    let mut tomass = tomas.socket(&format!("/ws/{name}")).await;
    tomass.expect("hello").await;
    tomass.send(send("Back again")).await;
    let told = anas.expect_where("no leave", |frame| frame["type"] != "typing").await;
    assert_eq!(told["body"], "Back again");
}

pub async fn people_of_an_evicted_node_are_seen_again(over: Transport) {
    let (one, two, _server) = two_nodes(over).await;
    let (ana, tomas) = (one.buyer("Ana").await, one.seller("Tomas").await.on_node(&two));
    let name = room(&ana, &tomas);
    ana.sends(&name, "0").await;
    let mut anas = ana.socket(&format!("/ws/{name}")).await;
    anas.expect("hello").await;
    let mut tomass = tomas.socket(&format!("/ws/{name}")).await;
    sees_the_other(&mut tomass).await;
    assert_eq!(anas.expect("presence").await["online"], true);

    // As after a crash of the database, which forgets these.
    sqlx::query("DELETE FROM nodes").execute(&one.db).await.unwrap();
    // Whichever looks first finds itself alone.
    let lost_and_found = async |socket: &mut Socket| {
        socket.expect_where("the other to be gone", |frame| frame["online"] == false).await;
        socket.expect_where("the other to be there", |frame| frame["online"] == true).await;
    };
    tokio::select! {
        () = lost_and_found(&mut anas) => {}
        () = lost_and_found(&mut tomass) => {}
    }
}
