//! "This person's access ended", told to whoever keeps a connection open for them.
//!
//! Who keeps one open is known by session: what happens to one session wakes nobody else, and when news may
//! have been missed, all sessions are looked up together, a few queries for ten thousand.

use std::{sync::Arc, time::Duration};

use dashmap::{DashMap, Entry};
use serde::{Deserialize, Serialize};
use sqlx::PgPool;
use tokio::sync::{Mutex, broadcast, mpsc};

use super::{CurrentUser, store};
use crate::{
    jobs::{Policy, Supervisor},
    web::in_time,
};

/// Sessions in one query.
const SLICE: usize = 500;
/// After a look-up that failed.
const RETRY: Duration = Duration::from_secs(1);
/// Notices that a connection may be behind.
const BACKLOG: usize = 4;

/// What happened, as nodes tell each other.
#[must_use = "sockets stay open until they are told"]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AccessChange {
    /// One browser signed out: the hash of its session's id.
    Session(Vec<u8>),
    /// All of an account's sessions are over.
    Account(i64),
    /// An account has another name or a profile more: who keeps what it was has to ask again.
    Profile(i64),
    /// News from another node may have been missed: all sessions have to be looked up.
    Unsure,
}

/// What a connection is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notice {
    Ended,
    /// Begin anew: [`CurrentUser`] isn't what it was.
    Changed,
}

/// One session that connections are open for.
#[derive(Debug)]
struct Watched {
    account_id: i64,
    epoch: i32,
    connections: usize,
    notices: broadcast::Sender<Notice>,
}

type Sessions = Arc<DashMap<Vec<u8>, Watched>>;

#[derive(Clone, Debug)]
pub struct AccessEvents {
    sessions: Sessions,
    /// What happened on this node.
    here: broadcast::Sender<AccessChange>,
    unsure: mpsc::Sender<()>,
}

impl AccessEvents {
    /// Looks sessions up over `db`, in a task of its own.
    pub fn start(db: &PgPool, supervisor: &Supervisor) -> Self {
        let (unsure, asked) = mpsc::channel(1);
        let sessions = Sessions::default();
        let asked = Arc::new(Mutex::new(asked));
        supervisor.spawn("accounts.sessions", Policy::Background, {
            let (db, sessions) = (db.clone(), sessions.clone());
            move || look_up(db.clone(), sessions.clone(), asked.clone())
        });
        AccessEvents { sessions, here: broadcast::Sender::new(256), unsure }
    }

    /// From now on. What happened before is for [`CurrentUser::still_signed_in`], to be asked next.
    pub fn watch(&self, user: &CurrentUser) -> AccessWatch {
        let mut watched = self.sessions.entry(user.session.clone()).or_insert_with(|| Watched {
            account_id: user.account_id,
            epoch: user.epoch,
            connections: 0,
            notices: broadcast::Sender::new(BACKLOG),
        });
        watched.connections += 1;
        let notices = watched.notices.subscribe();
        AccessWatch { sessions: self.sessions.clone(), session: user.session.clone(), notices }
    }

    /// Only what happened on this node, for whoever tells the others.
    pub fn subscribe_here(&self) -> broadcast::Receiver<AccessChange> {
        self.here.subscribe()
    }

    /// Passes on what another node told.
    pub fn hear(&self, change: AccessChange) {
        match change {
            AccessChange::Session(hash) => notify(&self.sessions, &hash, Notice::Ended),
            AccessChange::Account(id) => self.notify_account(id, Notice::Ended),
            AccessChange::Profile(id) => self.notify_account(id, Notice::Changed),
            // One that waits already will look at all that happened until then.
            AccessChange::Unsure => drop(self.unsure.try_send(())),
        }
    }

    pub fn tell(&self, change: AccessChange) {
        let _ = self.here.send(change.clone());
        self.hear(change);
    }

    fn notify_account(&self, account_id: i64, notice: Notice) {
        for watched in self.sessions.iter().filter(|watched| watched.account_id == account_id) {
            let _ = watched.notices.send(notice);
        }
    }
}

fn notify(sessions: &Sessions, session: &[u8], notice: Notice) {
    if let Some(watched) = sessions.get(session) {
        let _ = watched.notices.send(notice);
    }
}

/// Looks all sessions up whenever somebody is unsure, again and again until the database answers.
async fn look_up(db: PgPool, sessions: Sessions, asked: Arc<Mutex<mpsc::Receiver<()>>>) {
    let mut asked = asked.lock().await;
    while asked.recv().await.is_some() {
        while let Err(error) = notify_ended(&db, &sessions).await {
            tracing::warn!(%error, "who is still signed in can't be looked up just now");
            tokio::time::sleep(RETRY).await;
        }
    }
}

async fn notify_ended(db: &PgPool, sessions: &Sessions) -> sqlx::Result<()> {
    let all: Vec<(Vec<u8>, i64, i32)> =
        sessions.iter().map(|it| (it.key().clone(), it.account_id, it.epoch)).collect();
    for slice in all.chunks(SLICE) {
        for ended in in_time(store::ended_sessions(db, slice)).await? {
            notify(sessions, &ended, Notice::Ended);
        }
    }
    Ok(())
}

/// A connection's ear.
#[derive(Debug)]
pub struct AccessWatch {
    sessions: Sessions,
    session: Vec<u8>,
    notices: broadcast::Receiver<Notice>,
}

impl AccessWatch {
    /// Waits for a notice. Who was told more than could be kept begins anew.
    pub async fn notice(&mut self) -> Notice {
        self.notices.recv().await.unwrap_or(Notice::Changed)
    }
}

impl Drop for AccessWatch {
    fn drop(&mut self) {
        if let Entry::Occupied(mut watched) = self.sessions.entry(std::mem::take(&mut self.session)) {
            watched.get_mut().connections -= 1;
            if watched.get().connections == 0 {
                watched.remove();
            }
        }
    }
}
