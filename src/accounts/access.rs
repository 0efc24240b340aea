//! "This person's access ended", told to whoever keeps a connection open for them.
//!
//! Who keeps one open is known by session: what happens to one session wakes nobody else, and when news may
//! have been missed, all sessions are looked up together, a few queries for ten thousand.

use std::{sync::Arc, time::Duration};

use dashmap::{DashMap, Entry};
use serde::{Deserialize, Serialize};
use sqlx::PgPool;
use tokio::sync::{Mutex, broadcast, mpsc};

use super::{current_user::CurrentUser, store};
use crate::{
    jobs::{Policy, Supervisor},
    web::with_task_timeout,
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
    /// Events from another node may have been missed: all sessions have to be looked up.
    Unsure,
}

/// What a connection is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccessSignal {
    Ended,
    /// Begin anew: [`CurrentUser`] isn't what it was.
    Changed,
}

/// One session that connections are open for.
#[derive(Debug)]
struct WatchedSession {
    account_id: i64,
    epoch: i32,
    connections: usize,
    signals: broadcast::Sender<AccessSignal>,
}

type Sessions = Arc<DashMap<Vec<u8>, WatchedSession>>;

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
            move || revalidate_sessions(db.clone(), sessions.clone(), asked.clone())
        });
        AccessEvents { sessions, here: broadcast::Sender::new(256), unsure }
    }

    /// From now on. What happened before is for [`CurrentUser::still_signed_in`], to be asked next.
    pub fn subscribe(&self, user: &CurrentUser) -> AccessSubscription {
        let mut watched = self.sessions.entry(user.session.clone()).or_insert_with(|| WatchedSession {
            account_id: user.account_id,
            epoch: user.epoch,
            connections: 0,
            signals: broadcast::Sender::new(BACKLOG),
        });
        watched.connections += 1;
        let signals = watched.signals.subscribe();
        AccessSubscription { sessions: self.sessions.clone(), session: user.session.clone(), signals }
    }

    /// Only what happened on this node, for whoever tells the others.
    pub fn subscribe_local(&self) -> broadcast::Receiver<AccessChange> {
        self.here.subscribe()
    }

    /// Passes on what another node told.
    pub fn apply_remote(&self, change: AccessChange) {
        match change {
            AccessChange::Session(hash) => notify(&self.sessions, &hash, AccessSignal::Ended),
            AccessChange::Account(id) => self.notify_account(id, AccessSignal::Ended),
            AccessChange::Profile(id) => self.notify_account(id, AccessSignal::Changed),
            // One that waits already will look at all that happened until then.
            AccessChange::Unsure => drop(self.unsure.try_send(())),
        }
    }

    pub fn publish(&self, change: AccessChange) {
        let _ = self.here.send(change.clone());
        self.apply_remote(change);
    }

    fn notify_account(&self, account_id: i64, signal: AccessSignal) {
        for watched in self.sessions.iter().filter(|watched| watched.account_id == account_id) {
            let _ = watched.signals.send(signal);
        }
    }
}

fn notify(sessions: &Sessions, session: &[u8], signal: AccessSignal) {
    if let Some(watched) = sessions.get(session) {
        let _ = watched.signals.send(signal);
    }
}

/// Looks all sessions up whenever somebody is unsure, again and again until the database answers.
async fn revalidate_sessions(db: PgPool, sessions: Sessions, asked: Arc<Mutex<mpsc::Receiver<()>>>) {
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
        for ended in with_task_timeout(store::sessions::ended_sessions(db, slice)).await? {
            notify(sessions, &ended, AccessSignal::Ended);
        }
    }
    Ok(())
}

/// A connection's ear.
#[derive(Debug)]
pub struct AccessSubscription {
    sessions: Sessions,
    session: Vec<u8>,
    signals: broadcast::Receiver<AccessSignal>,
}

impl AccessSubscription {
    /// Waits for a signal. Who was told more than could be kept begins anew.
    pub async fn next_signal(&mut self) -> AccessSignal {
        self.signals.recv().await.unwrap_or(AccessSignal::Changed)
    }
}

impl Drop for AccessSubscription {
    fn drop(&mut self) {
        if let Entry::Occupied(mut watched) = self.sessions.entry(std::mem::take(&mut self.session)) {
            watched.get_mut().connections -= 1;
            if watched.get().connections == 0 {
                watched.remove();
            }
        }
    }
}
