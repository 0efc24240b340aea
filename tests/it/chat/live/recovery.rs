//! What a node makes good after an accident: lost events, lost rows, a gap in the rows.

use serde_json::json;
use sqlx::PgPool;
use uuid::Uuid;

use crate::{
    chat::send,
    support::{Person, Socket, TestApp, room},
};

struct Conversation {
    app: TestApp,
    ana: Person,
    tomas: Person,
    name: String,
}

/// Two people with so many messages, on a node that reconciles.
async fn conversation(messages: usize) -> Conversation {
    let app = TestApp::start().await;
    app.join_nodes(None).await;
    let (ana, tomas) = (app.buyer("Ana").await, app.seller("Tomas").await);
    let name = room(&ana, &tomas);
    for n in 0..messages {
        ana.sends(&name, &format!("Message {n}")).await;
    }
    Conversation { app, ana, tomas, name }
}

impl Conversation {
    async fn open(&self, person: &Person) -> Socket {
        let mut socket = person.socket(&format!("/ws/{}", self.name)).await;
        socket.expect("hello").await;
        socket
    }
}

async fn run(db: &PgPool, sql: &'static str) {
    sqlx::raw_sql(sql).execute(db).await.expect("it runs");
}

/// As if another node said that its last events may be lost; resolves when this node has reconciled.
async fn make_stale(talk: &Conversation, anas: &mut Socket) {
    let node = Uuid::new_v4();
    sqlx::query("INSERT INTO nodes (id, seen_at) VALUES ($1, now() + interval '1 hour')")
        .bind(node)
        .execute(&talk.app.db)
        .await
        .unwrap();
    sqlx::query("INSERT INTO presences (node_id, buyer_id, seller_id, side) SELECT $1, buyer_id, seller_id, 'seller' FROM rooms")
        .bind(node)
        .execute(&talk.app.db)
        .await
        .unwrap();
    sqlx::query("SELECT pg_notify('haggle', $1)")
        .bind(format!("{node}\n\"d\""))
        .execute(&talk.app.db)
        .await
        .unwrap();
    // Presence is read again only by a node that is stale, and after it resynced its inboxes.
    anas.expect_where("the other node's presence", |frame| {
        frame["type"] == "presence" && frame["online"] == true
    })
    .await;
}

#[tokio::test]
async fn a_stale_node_closes_no_inbox() {
    let talk = conversation(1).await;
    let mut anas = talk.open(&talk.ana).await;
    let mut inbox = talk.tomas.socket("/ws/inbox").await;
    inbox.expect("hello").await;
    make_stale(&talk, &mut anas).await;
    anas.send(send("Still there?")).await;
    assert_eq!(inbox.expect("inbox").await["unread"], 2);
}

#[tokio::test]
async fn a_room_whose_rows_lost_their_tail_starts_over() {
    let talk = conversation(3).await;
    let mut anas = talk.open(&talk.ana).await;
    // As after a fail-over to a replica that hadn't got the last message.
    run(
        &talk.app.db,
        "DELETE FROM messages WHERE seq = 3;
         UPDATE rooms SET last_seq = 2, buyer_total = 2, last_body = 'Message 1',
                          last_at = (SELECT sent_at FROM messages WHERE seq = 2)",
    )
    .await;
    anas.expect("resync").await;
    talk.tomas.sends(&talk.name, "After the fail-over").await;
    let entry = anas.expect("message").await;
    assert_eq!((&entry["seq"], &entry["body"]), (&json!(3), &json!("After the fail-over")));
    assert!(haggle::chat::verify(&talk.app.db).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_room_with_missing_rows_continues_after_the_gap() {
    let talk = conversation(1).await;
    let mut anas = talk.open(&talk.ana).await;
    // Entry 2 is missing, entry 3 is there.
    run(
        &talk.app.db,
        "INSERT INTO messages (room_id, seq, ordinal, client_id, kind, body, sent_at)
             SELECT id, 3, 3, gen_random_uuid(), 'text', 'After the gap', now() FROM rooms;
         UPDATE rooms SET last_seq = 3, buyer_total = 3, last_body = 'After the gap', last_at = now()",
    )
    .await;
    anas.expect("resync").await;
    anas.send(send("It goes on")).await;
    let entry = anas.expect_where("the next message", |frame| frame["body"] == "It goes on").await;
    assert_eq!(entry["seq"], 4);
}
