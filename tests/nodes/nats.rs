//! What is particular to NATS.

use futures_util::StreamExt as _;
use serde_json::json;
use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    task::{AbortHandle, JoinSet},
};

use crate::{
    nats_server::{NatsServer, free_port},
    support::{Person, TestApp, eventually, room, within_deadline},
    transport::Transport,
    two_nodes::{send, two_nodes},
};

/// Writes on the one side until it is told on the other, both ways.
async fn they_talk(ana: &Person, tomas: &Person) {
    let name = room(ana, tomas);
    ana.sends(&name, "There?").await;
    let mut anas = ana.socket(&format!("/ws/{name}")).await;
    let mut tomass = tomas.socket(&format!("/ws/{name}")).await;
    tomass.expect("hello").await;
    anas.send(send("A question")).await;
    tomass.expect_where("the question", |frame| frame["body"] == "A question").await;
    tomass.send(send("An answer")).await;
    anas.expect_where("the answer", |frame| frame["body"] == "An answer").await;
}

pub async fn a_node_subscribes_to_what_somebody_listens_to_and_no_more() {
    let (one, _two, server) = two_nodes(Transport::Nats).await;
    let server = server.unwrap();
    let (ana, tomas) = (one.buyer("Ana").await, one.seller("Tomas").await);
    let (name, account) = (room(&ana, &tomas), format!(".inbox.{}", ana.account_id));
    let about = async |end: &str| {
        let subjects = server.subjects().await;
        subjects.iter().filter(|subject| subject.ends_with(end)).count()
    };
    assert_eq!((about(&name).await, about(&account).await), (0, 0));
    let inbox = ana.socket("/ws/inbox").await;
    let mut here = ana.socket(&format!("/ws/{name}")).await;
    here.expect("hello").await;
    assert_eq!((about(&name).await, about(&account).await), (1, 1));
    let tab = ana.socket("/ws/inbox").await;
    assert_eq!(about(&account).await, 1, "one for all tabs");
    inbox.close().await;
    tab.close().await;
    eventually("the inbox to be left", async || (about(&account).await == 0).then_some(())).await;
}

pub async fn what_travels_are_hints_under_the_databases_own_name() {
    let (one, two, server) = two_nodes(Transport::Nats).await;
    let server = server.unwrap();
    let elsewhere = TestApp::start().await;
    elsewhere.join_nodes(Some(&server.url())).await;
    let spy = async_nats::connect(server.url()).await.unwrap();
    let mut told = spy.subscribe("haggle.>").await.unwrap();
    spy.flush().await.unwrap();

    let (ana, tomas) = (one.buyer("Ana").await, one.seller("Tomas").await.on_node(&two));
    they_talk(&ana, &tomas).await;
    let own = subject_of(&server, &format!(".room.{}", room(&ana, &tomas))).await;
    let market = own.split('.').nth(1).unwrap().to_owned();
    let last = format!("haggle.{market}.inbox.{}", ana.account_id);
    within_deadline("the answer's hint", async {
        loop {
            let hint = told.next().await.unwrap();
            let words = String::from_utf8(hint.payload.to_vec()).unwrap();
            assert_eq!(hint.subject.split('.').nth(1).unwrap(), market);
            assert!(
                !words.contains("question") && !words.contains("answer") && !words.contains('@'),
                "{words}"
            );
            if *hint.subject == last && words.contains("\"s\":3") {
                return;
            }
        }
    })
    .await;

    // Another marketplace's first room has the same name, and another subject.
    let (bo, cem) = (elsewhere.buyer("Bo").await, elsewhere.seller("Cem").await);
    let mut there = bo.socket(&format!("/ws/{}", room(&bo, &cem))).await;
    there.expect("hello").await;
    let other = subject_of(&server, &format!(".room.{}", room(&bo, &cem))).await;
    assert_ne!(other.split('.').nth(1).unwrap(), market);
}

/// The newest subscription with this end.
async fn subject_of(server: &NatsServer, end: &str) -> String {
    let mut subjects = server.subjects().await;
    subjects.retain(|subject| subject.ends_with(end));
    subjects.pop().expect("somebody listens to it")
}

pub async fn while_it_is_away_nodes_tell_each_other_by_the_database() {
    let (one, two, server) = two_nodes(Transport::Nats).await;
    let mut server = server.unwrap();
    let (ana, tomas) = (one.buyer("Ana").await, one.seller("Tomas").await.on_node(&two));
    they_talk(&ana, &tomas).await;
    let name = room(&ana, &tomas);
    let mut anas = ana.socket(&format!("/ws/{name}")).await;
    let mut tomass = tomas.socket(&format!("/ws/{name}")).await;
    anas.expect("hello").await;
    tomass.expect("hello").await;

    server.kill().await;
    they_talk(&ana, &tomas).await;
    // What no look at the rows would find.
    eventually("typing to cross over without NATS", async || {
        anas.send(json!({ "type": "typing" })).await;
        let typing = tokio::time::timeout(std::time::Duration::from_secs(3), tomass.expect("typing")).await;
        typing.ok()
    })
    .await;

    server.begin().await;
    eventually("the nodes to be back", async || {
        let subjects = server.subjects().await;
        (subjects.iter().filter(|subject| subject.ends_with(&name)).count() == 2).then_some(())
    })
    .await;
    they_talk(&ana, &tomas).await;
    assert!(haggle::chat::verify(&one.db).await.unwrap().is_empty());
}

/// A way of one's own to the server here; all on it is cut off when it is aborted.
async fn way_to(port: u16) -> (AbortHandle, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("nats://{}", listener.local_addr().unwrap());
    let way = tokio::spawn(async move {
        let mut connections = JoinSet::new();
        while let Ok((mut here, _)) = listener.accept().await {
            let mut there = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
            connections.spawn(async move { copy_bidirectional(&mut here, &mut there).await });
        }
    });
    (way.abort_handle(), url)
}

/// Until so many nodes hear by NATS.
async fn hearing(app: &TestApp, count: i64) {
    eventually(&format!("{count} nodes to hear by NATS"), async || {
        let hearing: i64 = sqlx::query_scalar("SELECT count(*) FROM nodes WHERE hears_nats")
            .fetch_one(&app.db)
            .await
            .unwrap();
        (hearing == count).then_some(())
    })
    .await;
}

pub async fn a_node_without_nats_hears_by_the_database() {
    let server = NatsServer::start().await;
    let (way, url) = way_to(server.port()).await;
    let one = TestApp::start().await;
    one.join_nodes(Some(&server.url())).await;
    let two = one.beside().await;
    two.join_nodes(Some(&url)).await;
    hearing(&one, 2).await;
    let (ana, tomas) = (one.buyer("Ana").await, one.seller("Tomas").await.on_node(&two));
    they_talk(&ana, &tomas).await;
    let path = format!("/ws/{}", room(&ana, &tomas));
    let (mut anas, mut tomass) = (ana.socket(&path).await, tomas.socket(&path).await);
    anas.expect("hello").await;
    tomass.expect("hello").await;
    let mut inbox = tomas.socket("/ws/inbox").await;
    inbox.expect("hello").await;

    way.abort();
    hearing(&one, 1).await;
    // What was told in between is lost.
    let before = inbox.expect("hello").await["total"].as_i64().unwrap();
    anas.send(json!({ "type": "typing" })).await;
    tomass.expect("typing").await;
    anas.send(send("Do you hear me?")).await;
    inbox.expect_where("the badge", |frame| frame["total"] == before + 1).await;
}

pub async fn what_it_does_not_take_is_looked_up_by_the_others() {
    let config = tempfile::NamedTempFile::new().unwrap();
    // A node's name, and nothing of what it tells.
    std::fs::write(&config, "max_payload: 40").unwrap();
    let server = NatsServer::start_with(&["--config", config.path().to_str().unwrap()]).await;
    let one = TestApp::start().await;
    one.join_nodes(Some(&server.url())).await;
    let two = one.beside().await;
    two.join_nodes(Some(&server.url())).await;
    hearing(&one, 2).await;
    let (ana, tomas) = (one.buyer("Ana").await, one.seller("Tomas").await.on_node(&two));
    let name = room(&ana, &tomas);
    ana.sends(&name, "Hello").await;
    let mut inbox = tomas.socket("/ws/inbox").await;
    inbox.expect("hello").await;
    ana.sends(&name, "Do you hear me?").await;
    inbox.expect("hello").await;
}

pub async fn who_was_told_more_than_fits_comes_back() {
    let (one, two, server) = two_nodes(Transport::Nats).await;
    let server = server.unwrap();
    let tomas = one.seller("Tomas").await.on_node(&two);
    let mut inbox = tomas.socket("/ws/inbox").await;
    inbox.expect("hello").await;
    let subject = subject_of(&server, &format!(".inbox.{}", tomas.account_id)).await;
    let flood = async_nats::connect(server.url()).await.unwrap();
    for _ in 0..20_000 {
        flood.publish(subject.clone(), "".into()).await.unwrap();
    }
    flood.flush().await.unwrap();
    inbox.expect("hello").await;
}

pub async fn a_node_signs_in_with_what_its_address_says() {
    let server = NatsServer::start_with(&["--user", "haggle", "--pass", "a/secret"]).await;
    let app = TestApp::start().await;
    app.join_nodes(Some(&server.url().replace("nats://", "nats://haggle:a%2Fsecret@"))).await;
    let ana = app.buyer("Ana").await;
    eventually("Ana's inbox to be subscribed to", async || {
        let _inbox = ana.socket("/ws/inbox").await;
        server.subjects().await.into_iter().find(|it| it.ends_with(&format!(".inbox.{}", ana.account_id)))
    })
    .await;
}

pub async fn one_that_was_never_there_stops_nothing() {
    let nobody = format!("nats://127.0.0.1:{}", free_port());
    let one = TestApp::start().await;
    one.join_nodes(Some(&nobody)).await;
    let two = one.beside().await;
    two.join_nodes(Some(&nobody)).await;
    let (ana, tomas) = (one.buyer("Ana").await, one.seller("Tomas").await.on_node(&two));
    they_talk(&ana, &tomas).await;
}
