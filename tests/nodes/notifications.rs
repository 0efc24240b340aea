//! What nodes tell each other by the database: nothing that nobody next_batch, and much of it at once.

use std::num::NonZeroU32;

use haggle::chat::MessageLimits;
use serde_json::json;
use sqlx::postgres::PgListener;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use crate::{
    staleness::waiting,
    support::{Person, TestApp, eventually, room, within_deadline},
    transport::Transport,
    two_nodes::{send, two_nodes, with_another},
};

const ENTRY: &str = "{\"e\":";

/// Hears what any node tells the others from now on.
struct NotificationListener(PgListener);

impl NotificationListener {
    async fn at(app: &TestApp) -> Self {
        let mut listener = PgListener::connect_with(&app.db).await.unwrap();
        listener.listen("haggle").await.unwrap();
        NotificationListener(listener)
    }

    /// The next notification's hints; those without any are a node's to itself.
    async fn next_batch(&mut self) -> Vec<String> {
        within_deadline("something to be told", async {
            loop {
                let told = self.0.recv().await.unwrap();
                let hints: Vec<_> = told.payload().lines().skip(1).map(str::to_owned).collect();
                if !hints.is_empty() {
                    return hints;
                }
            }
        })
        .await
    }

    async fn wait_for(&mut self, what: &str) {
        while !self.next_batch().await.iter().any(|hint| hint.starts_with(what)) {}
    }
}

pub async fn nothing_is_told_while_there_is_nobody_to_tell() {
    let one = TestApp::start().await;
    one.join_nodes(None).await;
    let mut ear = NotificationListener::at(&one).await;
    let (ana, tomas) = (one.buyer("Ana").await, one.seller("Tomas").await);
    let name = room(&ana, &tomas);
    let path = format!("/ws/{name}");
    ana.sends(&name, "Hello").await;
    let (mut anas, mut tomass) = (ana.socket(&path).await, tomas.socket(&path).await);
    tomass.expect("hello").await;
    anas.send(send("Are you there?")).await;
    tomass.expect("message").await;
    anas.send(json!({ "type": "typing" })).await;
    tomass.expect("typing").await;
    tomass.send(json!({ "type": "read", "seq": 2 })).await;
    anas.expect("read").await;

    let two = one.beside().await;
    two.join_nodes(None).await;
    // Before anything else: a node has begun, or has seen the other.
    let first = ear.next_batch().await;
    assert!(["\"h\"", "\"d\""].contains(&&*first[0]), "{first:?}");
    eventually("them to know each other", async || {
        anas.send(send("Now?")).await;
        let told = tokio::time::timeout(std::time::Duration::from_millis(100), ear.wait_for(ENTRY)).await;
        told.ok()
    })
    .await;
}

/// Keeps who is where from being written down, and with it all that is told after it.
const HOLD: &str = "LOCK TABLE presences IN EXCLUSIVE MODE";

pub async fn waiting_notifications_are_batched() {
    let limits = MessageLimits::new(NonZeroU32::new(10_000).unwrap());
    let (one, _two, _) = with_another(TestApp::start_with(limits).await, Transport::Database).await;
    let (ana, tomas) = (one.buyer("Ana").await, one.seller("Tomas").await);
    let name = room(&ana, &tomas);
    let mut ear = NotificationListener::at(&one).await;
    let mut hold = one.db.begin().await.unwrap();
    sqlx::query(HOLD).execute(&mut *hold).await.unwrap();
    let mut anas = ana.socket(&format!("/ws/{name}")).await;
    waiting(&one.db, "INSERT INTO presences", 1).await;
    for _ in 0..200 {
        anas.send(send("Hello")).await;
        anas.expect("message").await;
    }
    hold.rollback().await.unwrap();
    let (mut entries, mut notifications) = (0, 0);
    while entries < 200 {
        let told = ear.next_batch().await.iter().filter(|hint| hint.starts_with(ENTRY)).count();
        entries += told;
        notifications += usize::from(told > 0);
    }
    assert!(notifications < 5, "{notifications}");
}

pub async fn many_presences_at_once_are_written_in_one_statement() {
    let (one, _two, _) = two_nodes(Transport::Database).await;
    let ana = one.buyer("Ana").await;
    let mut sellers = Vec::new();
    for n in 0..20 {
        sellers.push(one.seller(&format!("Seller {n}")).await);
    }
    sqlx::raw_sql(
        "CREATE SEQUENCE written;
         CREATE FUNCTION count_it() RETURNS trigger LANGUAGE plpgsql
             AS 'BEGIN PERFORM nextval(''written''); RETURN NULL; END';
         CREATE TRIGGER count_it AFTER INSERT ON presences FOR EACH STATEMENT EXECUTE FUNCTION count_it()",
    )
    .execute(&one.db)
    .await
    .unwrap();
    let mut ear = NotificationListener::at(&one).await;
    let mut hold = one.db.begin().await.unwrap();
    sqlx::query(HOLD).execute(&mut *hold).await.unwrap();
    let mut sockets = Vec::new();
    for seller in &sellers {
        let mut socket = ana.socket(&format!("/ws/{}", room(&ana, seller))).await;
        socket.expect("hello").await;
        sockets.push(socket);
        waiting(&one.db, "INSERT INTO presences", 1).await;
    }
    ana.sends(&room(&ana, &sellers[0]), "I am here").await;
    hold.rollback().await.unwrap();

    let hers = format!("buyer_{}_", ana.buyer_id());
    let mut told = String::new();
    while told.len() < 21 {
        let hints = ear.next_batch().await.into_iter().filter(|hint| hint.contains(&hers));
        told.extend(hints.map(|hint| if hint.starts_with(ENTRY) { 'e' } else { 'p' }));
    }
    assert_eq!(told, format!("pe{}", "p".repeat(19)), "the first was on its way");
    let rows: i64 = sqlx::query_scalar("SELECT count(*) FROM presences WHERE buyer_id = $1")
        .bind(ana.buyer_id())
        .fetch_one(&one.db)
        .await
        .unwrap();
    assert_eq!(rows, 20, "who is told of somebody finds them written down");
    let written: i64 = sqlx::query_scalar("SELECT last_value FROM written").fetch_one(&one.db).await.unwrap();
    assert!(written < 5, "{written}");
}

pub async fn what_a_lone_node_stores_while_it_stops_is_told() {
    let mut one = TestApp::start().await;
    one.join_nodes(None).await;
    let (ana, tomas) = (one.buyer("Ana").await, one.seller("Tomas").await);
    let mut ear = NotificationListener::at(&one).await;
    let db = one.db.clone();
    let mut form = begin_form(&one, &ana, &room(&ana, &tomas)).await;
    tokio::join!(one.stop(), async {
        eventually("its last beat", async || {
            let last: i64 =
                sqlx::query_scalar("SELECT count(*) FROM nodes WHERE seen_at > clock_timestamp()")
                    .fetch_one(&db)
                    .await
                    .unwrap();
            (last == 1).then_some(())
        })
        .await;
        form.write_all(FORM).await.unwrap();
        ear.wait_for(ENTRY).await;
    });
}

const FORM: &[u8] = b"body=Last+words";

/// A message whose head was sent and its body is waited for.
async fn begin_form(app: &TestApp, person: &Person, room: &str) -> TcpStream {
    let mut form = TcpStream::connect(app.addr).await.unwrap();
    let cookies = person.cookies().unwrap();
    let head = format!(
        "POST /rooms/{room}/messages HTTP/1.1\r\nHost: {}\r\nOrigin: {}\r\nCookie: {}\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\nExpect: 100-continue\r\n\r\n",
        app.addr,
        app.origin(),
        cookies.to_str().unwrap(),
        FORM.len()
    );
    form.write_all(head.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    within_deadline("its body to be asked for", async {
        while !answer.ends_with(b"\r\n\r\n") {
            assert_ne!(form.read_buf(&mut answer).await.unwrap(), 0);
        }
    })
    .await;
    assert!(answer.starts_with(b"HTTP/1.1 100"), "{}", String::from_utf8_lossy(&answer));
    form
}
