//! What a node wasn't told, and has to find out by itself.

use sqlx::PgPool;
use uuid::Uuid;

use crate::{
    processes::{Node, Postgres},
    support::{TestApp, eventually, room},
    tcp_proxy::TcpProxy,
    transport::Transport,
    two_nodes::{send, two_nodes},
};

/// Two nodes as programs on one database, the second over this way to it.
async fn two_programs(name: &str, postgres: &Postgres, way: String) -> (Node, Node) {
    let one = Node::start(&format!("{name}-0"), postgres.url(), None).await;
    (one, Node::start(&format!("{name}-1"), way, None).await)
}

/// Until so many queries with these words wait for a lock.
pub async fn waiting(db: &PgPool, words: &str, count: i64) {
    eventually(&format!("{count} to wait: {words}"), async || {
        let waiting: i64 = sqlx::query_scalar(
            "SELECT count(*) FROM pg_stat_activity
             WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%' || $1 || '%'",
        )
        .bind(words)
        .fetch_one(db)
        .await
        .unwrap();
        (waiting >= count).then_some(())
    })
    .await;
}

pub async fn a_sign_out_during_a_frozen_node_closes_its_sockets() {
    let postgres = Postgres::start().await;
    let (one, two) = two_programs("doubts-frozen", &postgres, postgres.url()).await;
    let app = TestApp::outside(one.addr, postgres.pool().await);
    let (ana, tomas) = (app.buyer("Ana").await, app.seller("Tomas").await);
    let path = format!("/ws/{}", room(&ana, &tomas));
    let there = ana.at_origin(two.origin());
    let mut socket = there.socket(&path).await;
    socket.expect("hello").await;
    two.freeze().await;
    eventually("the frozen node to be given up", async || {
        let nodes: i64 = sqlx::query_scalar("SELECT count(*) FROM nodes").fetch_one(&app.db).await.unwrap();
        (nodes == 1).then_some(())
    })
    .await;
    ana.post("/logout", &[]).await.expect(303);
    two.thaw().await;
    assert_eq!(socket.closed().await, 4401);
    app.db.close().await;
    drop((one, two));
    postgres.stop().await;
}

pub async fn a_silently_lost_listener_reconnects() {
    let postgres = Postgres::start().await;
    let way = TcpProxy::to(postgres.options()).await;
    let (one, two) = two_programs("doubts-ear", &postgres, way.url()).await;
    let app = TestApp::outside(one.addr, postgres.pool().await);
    let (ana, tomas) = (app.buyer("Ana").await, app.seller("Tomas").await);
    let name = room(&ana, &tomas);
    let path = format!("/ws/{name}");
    let mut anas = ana.socket(&path).await;
    anas.expect("hello").await;
    let mut tomass = None;
    eventually("the nodes to know each other", async || {
        ana.sends(&name, "There?").await;
        let mut socket = tomas.at_origin(two.origin()).socket(&path).await;
        let online = socket.expect("hello").await["online"] == true;
        tomass = Some(socket);
        online.then_some(())
    })
    .await;
    way.sever();
    tomas.post("/logout", &[]).await.expect(303);
    assert_eq!(tomass.unwrap().closed().await, 4401);
    app.db.close().await;
    drop((one, two));
    postgres.stop().await;
}

pub async fn a_node_that_waits_for_the_rows_says_that_it_lives() {
    let (one, two, _server) = two_nodes(Transport::Database).await;
    let (ana, tomas) = (one.buyer("Ana").await, one.seller("Tomas").await.on_node(&two));
    let name = room(&ana, &tomas);
    ana.sends(&name, "Hello").await;
    let path = format!("/ws/{name}");
    let (mut anas, mut tomass) = (ana.socket(&path).await, tomas.socket(&path).await);
    anas.expect("hello").await;
    tomass.expect("hello").await;
    let mut lock = one.db.begin().await.unwrap();
    sqlx::query("LOCK TABLE presences").execute(&mut *lock).await.unwrap();
    let doubt = format!("{}\n\"d\"", Uuid::new_v4());
    sqlx::query("SELECT pg_notify('haggle', $1)").bind(doubt).execute(&one.db).await.unwrap();
    waiting(&one.db, "JOIN presences", 2).await;
    let since: String =
        sqlx::query_scalar("SELECT clock_timestamp()::text").fetch_one(&one.db).await.unwrap();
    eventually("both nodes to say so, twice", async || {
        let said: i64 = sqlx::query_scalar(
            "SELECT count(*) FROM nodes WHERE seen_at > $1::timestamptz + interval '2 seconds'",
        )
        .bind(&since)
        .fetch_one(&one.db)
        .await
        .unwrap();
        (said == 2).then_some(())
    })
    .await;
    lock.rollback().await.unwrap();
}

pub async fn an_evicted_node_announces_that_it_is_stale() {
    let (one, two, _server) = two_nodes(Transport::Database).await;
    let (ana, tomas) = (one.buyer("Ana").await, one.seller("Tomas").await.on_node(&two));
    let name = room(&ana, &tomas);
    ana.sends(&name, "Hello").await;
    let path = format!("/ws/{name}");
    let (mut anas, mut tomass) = (ana.socket(&path).await, tomas.socket(&path).await);
    anas.expect("hello").await;
    tomass.expect("hello").await;
    // Each can say that it lives, and not see who else does.
    let mut given_up = one.db.begin().await.unwrap();
    sqlx::raw_sql(
        "LOCK TABLE nodes;
         DELETE FROM nodes;
         CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE ''not now''; END';
         CREATE TRIGGER refuse BEFORE DELETE ON nodes FOR EACH STATEMENT EXECUTE FUNCTION refuse()",
    )
    .execute(&mut *given_up)
    .await
    .unwrap();
    given_up.commit().await.unwrap();
    eventually("both to say that they live", async || {
        let nodes: i64 = sqlx::query_scalar("SELECT count(*) FROM nodes").fetch_one(&one.db).await.unwrap();
        (nodes == 2).then_some(())
    })
    .await;
    sqlx::query("DROP TRIGGER refuse ON nodes").execute(&one.db).await.unwrap();
    eventually("who is where to be written anew", async || {
        let here: i64 = sqlx::query_scalar("SELECT count(*) FROM presences WHERE buyer_id = $1")
            .bind(ana.buyer_id())
            .fetch_one(&one.db)
            .await
            .unwrap();
        (here == 2).then_some(())
    })
    .await;
}

pub async fn entries_of_a_vanished_node_are_backfilled(over: Transport) {
    let (one, two, _server) = two_nodes(over).await;
    let silent = one.beside().await;
    let (ana, tomas) = (one.buyer("Ana").await, one.seller("Tomas").await.on_node(&two));
    let name = room(&ana, &tomas);
    let mut anas = ana.socket(&format!("/ws/{name}")).await;
    anas.expect("hello").await;
    let mut inbox = tomas.socket("/ws/inbox").await;
    assert_eq!(inbox.expect("hello").await["total"], 0);

    // A third node: after its last beat it stores two things, and is no more.
    sqlx::query("INSERT INTO nodes (id, seen_at) VALUES ($1, now() - interval '2 seconds')")
        .bind(Uuid::new_v4())
        .execute(&one.db)
        .await
        .unwrap();
    ana.on_node(&silent).sends(&name, "Last words").await;
    ana.on_node(&silent).post("/logout", &[]).await.expect(303);

    inbox.expect_where("the last words", |frame| frame["total"] == 1).await;
    assert_eq!(anas.closed().await, 4401);
}

pub async fn presence_is_stored_once_the_database_is_back(over: Transport) {
    let (one, two, _server) = two_nodes(over).await;
    let (ana, tomas) = (one.buyer("Ana").await, one.seller("Tomas").await.on_node(&two));
    let name = room(&ana, &tomas);
    ana.sends(&name, "Hello").await;
    // Of somebody who left while nothing could be written.
    sqlx::query("INSERT INTO presences SELECT id, 4711, 4711, 'buyer' FROM nodes")
        .execute(&one.db)
        .await
        .unwrap();
    sqlx::raw_sql(
        "CREATE SEQUENCE refused;
         CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql
             AS 'BEGIN PERFORM nextval(''refused''); RAISE ''not now''; END';
         CREATE TRIGGER refuse BEFORE INSERT ON presences FOR EACH ROW EXECUTE FUNCTION refuse()",
    )
    .execute(&one.db)
    .await
    .unwrap();
    let (mut anas, mut tomass) =
        (ana.socket(&format!("/ws/{name}")).await, tomas.socket(&format!("/ws/{name}")).await);
    anas.expect("hello").await;
    tomass.expect("hello").await;
    anas.send(send("Are you?")).await;
    eventually("both nodes to be refused", async || {
        let refused: i64 =
            sqlx::query_scalar("SELECT last_value FROM refused").fetch_one(&one.db).await.unwrap();
        (refused >= 2).then_some(())
    })
    .await;
    sqlx::query("DROP TRIGGER refuse ON presences").execute(&one.db).await.unwrap();
    eventually("the rows to be right", async || {
        let rows: Vec<(i64, String)> =
            sqlx::query_as("SELECT buyer_id, side FROM presences WHERE buyer_id IN ($1, 4711) ORDER BY side")
                .bind(ana.buyer_id())
                .fetch_all(&one.db)
                .await
                .unwrap();
        let right = [(ana.buyer_id(), "buyer".to_owned()), (ana.buyer_id(), "seller".to_owned())];
        (rows == right).then_some(())
    })
    .await;
}
