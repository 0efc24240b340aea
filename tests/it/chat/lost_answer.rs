//! The database commits, and the connection is gone before it has said so.

use std::{path::Path, sync::Arc};

use serde_json::json;
use sqlx::{PgPool, postgres::PgPoolOptions};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{UnixListener, UnixStream},
    sync::watch,
};
use uuid::Uuid;

use super::photos::{photo, sends};
use crate::support::{TestApp, eventually, room};

/// Between a program and its database.
struct Wire {
    state: Arc<watch::Sender<State>>,
    _dir: TempDir,
}

#[derive(Clone, Copy, Default, PartialEq)]
struct State {
    /// What the database answers to the journal doesn't arrive.
    is_lost: bool,
    /// How often all connections were cut.
    cuts: u32,
}

impl Wire {
    /// With a pool that goes by it.
    async fn to(db: &PgPool) -> (Self, PgPool) {
        let options = db.connect_options();
        let server = options.get_socket().expect("a Unix socket").join(".s.PGSQL.5432");
        let dir = tempfile::tempdir().unwrap();
        let listener = UnixListener::bind(dir.path().join(".s.PGSQL.5432")).unwrap();
        let state = Arc::new(watch::Sender::new(State::default()));
        let theirs = state.clone();
        tokio::spawn(async move {
            while let Ok((program, _)) = listener.accept().await {
                tokio::spawn(carry(program, connect(&server).await, theirs.subscribe()));
            }
        });
        let pool = PgPoolOptions::new().connect_with((*options).clone().socket(dir.path())).await.unwrap();
        (Wire { state, _dir: dir }, pool)
    }

    fn lose_answers(&self) {
        self.state.send_modify(|state| state.is_lost = true);
    }

    fn cut(&self) {
        self.state.send_modify(|state| *state = State { is_lost: false, cuts: state.cuts + 1 });
    }
}

async fn connect(server: &Path) -> UnixStream {
    UnixStream::connect(server).await.expect("the database")
}

async fn carry(mut program: UnixStream, mut database: UnixStream, mut state: watch::Receiver<State>) {
    let cuts = state.borrow_and_update().cuts;
    let (mut asked, mut answered) = ([0; 8192], [0; 8192]);
    let mut is_journal = false;
    loop {
        tokio::select! {
            Ok(n @ 1..) = program.read(&mut asked) => {
                is_journal |= asked[..n].windows(14).any(|part| part == b"rooms_moved_on");
                if database.write_all(&asked[..n]).await.is_err() {
                    return;
                }
            }
            Ok(n @ 1..) = database.read(&mut answered) => {
                let is_lost = is_journal && state.borrow().is_lost;
                if !is_lost && program.write_all(&answered[..n]).await.is_err() {
                    return;
                }
            }
            Ok(()) = state.changed() => if state.borrow().cuts > cuts {
                return;
            },
            else => return,
        }
    }
}

async fn count_is(db: &PgPool, count: i64) {
    eventually("the message to be stored", async || {
        let stored: i64 = sqlx::query_scalar("SELECT count(*) FROM messages").fetch_one(db).await.unwrap();
        (stored == count).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_message_whose_answer_was_lost_is_told_to_everybody_once_and_keeps_its_picture() {
    let app = TestApp::start().await;
    let (wire, db) = Wire::to(&app.db).await;
    let node = app.beside_over(db).await;
    let (ana, tomas) = (app.buyer("Ana").await.at(&node), app.seller("Tomas").await.at(&node));
    let name = room(&ana, &tomas);
    ana.says(&name, "Before").await;
    let path = format!("/ws/{name}");
    let (mut anas, mut tomass) = (ana.socket(&path).await, tomas.socket(&path).await);
    let mut inbox = tomas.socket("/ws/inbox").await;
    for socket in [&mut anas, &mut tomass, &mut inbox] {
        socket.expect("hello").await;
    }

    let id = Uuid::new_v4();
    wire.lose_answers();
    anas.send(json!({ "type": "send", "client_id": id, "body": "Is it still there?" })).await;
    count_is(&app.db, 2).await;
    wire.cut();
    for socket in [&mut anas, &mut tomass] {
        let told = socket.expect("message").await;
        assert_eq!((&told["client_id"], &told["seq"]), (&json!(id), &json!(2)));
    }
    assert_eq!(inbox.expect("inbox").await["unread"], 2);

    wire.lose_answers();
    let form = format!("/rooms/{name}/messages");
    let sent = tokio::spawn({
        let ana = ana.clone();
        async move { sends(&ana, &form, "", photo(60, 40)).await }
    });
    count_is(&app.db, 3).await;
    wire.cut();
    sent.await.unwrap().redirects_to(&format!("/rooms/{name}#entry_3"));
    assert_eq!(tomass.expect("message").await["kind"], "photo");
    // Whatever was under way is over by now, and its connection with it.
    let shown = eventually("the room", async || {
        let page = tomas.get(&format!("/rooms/{name}")).await;
        (page.status == 200).then(|| page.attr(".bubble-photo", "href"))
    });
    tomas.get(&shown.await).await.ok();
}
