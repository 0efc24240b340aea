//! What goes from a program to its database and back: counted, lost, cut.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use sqlx::{PgPool, postgres::PgPoolOptions};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{UnixListener, UnixStream},
    sync::watch,
};

/// Between a program and its database.
pub struct DbProxy {
    state: Arc<watch::Sender<State>>,
    asked: Arc<AtomicUsize>,
    _dir: TempDir,
}

#[derive(Clone, Copy, Default, PartialEq)]
struct State {
    /// What the database answers to the writer doesn't arrive.
    is_lost: bool,
    /// How often all connections were cut.
    cuts: u32,
}

impl DbProxy {
    /// With a pool that goes by it.
    pub async fn to(db: &PgPool) -> (Self, PgPool) {
        let options = db.connect_options();
        let server = options.get_socket().expect("a Unix socket").join(".s.PGSQL.5432");
        let dir = tempfile::tempdir().unwrap();
        let listener = UnixListener::bind(dir.path().join(".s.PGSQL.5432")).unwrap();
        let state = Arc::new(watch::Sender::new(State::default()));
        let (theirs, asked) = (state.clone(), Arc::new(AtomicUsize::new(0)));
        let counted = asked.clone();
        tokio::spawn(async move {
            while let Ok((program, _)) = listener.accept().await {
                tokio::spawn(carry(program, connect(&server).await, theirs.subscribe(), counted.clone()));
            }
        });
        let pool = PgPoolOptions::new().connect_with((*options).clone().socket(dir.path())).await.unwrap();
        (DbProxy { state, asked, _dir: dir }, pool)
    }

    /// How many statements were run since this was asked last.
    pub fn statements(&self) -> usize {
        self.asked.swap(0, Ordering::Relaxed)
    }

    /// What the database answers to the writer doesn't arrive, until the next [`cut`](Self::cut).
    pub fn lose_answers(&self) {
        self.state.send_modify(|state| state.is_lost = true);
    }

    /// All connections end; new ones are as they should be.
    pub fn cut(&self) {
        self.state.send_modify(|state| *state = State { is_lost: false, cuts: state.cuts + 1 });
    }
}

async fn connect(server: &Path) -> UnixStream {
    UnixStream::connect(server).await.expect("the database")
}

async fn carry(
    mut program: UnixStream,
    mut database: UnixStream,
    mut state: watch::Receiver<State>,
    counted: Arc<AtomicUsize>,
) {
    let cuts = state.borrow_and_update().cuts;
    let (mut asked, mut answered) = ([0; 8192], [0; 8192]);
    let (mut is_writer, mut is_lost, mut messages) = (false, false, Messages::default());
    loop {
        tokio::select! {
            Ok(n @ 1..) = program.read(&mut asked) => {
                is_writer |= asked[..n].windows(14).any(|part| part == b"rooms_moved_on");
                let statements = messages.statements(&asked[..n]);
                counted.fetch_add(statements, Ordering::Relaxed);
                // What makes a statement ready is answered: it has to run, and be committed.
                is_lost |= is_writer && statements > 0 && state.borrow().is_lost;
                if database.write_all(&asked[..n]).await.is_err() {
                    return;
                }
            }
            Ok(n @ 1..) = database.read(&mut answered) => {
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

/// PostgreSQL's protocol, as far as it takes to count statements: the first message has no type, the others have
/// one byte, then their length.
#[derive(Default)]
struct Messages {
    pending: Vec<u8>,
    begun: bool,
}

impl Messages {
    /// How many of the messages that are complete with these bytes run a statement: Execute, and the simple Query.
    fn statements(&mut self, bytes: &[u8]) -> usize {
        self.pending.extend_from_slice(bytes);
        let mut statements = 0;
        loop {
            let head = usize::from(self.begun);
            let Some(length) = self.pending.get(head..head + 4) else { return statements };
            let length = head + u32::from_be_bytes(length.try_into().unwrap()) as usize;
            if self.pending.len() < length {
                return statements;
            }
            statements += usize::from(self.begun && matches!(self.pending[0], b'E' | b'Q'));
            self.pending.drain(..length);
            self.begun = true;
        }
    }
}
