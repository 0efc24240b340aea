//! Access revocation: publish/subscribe by session, so that a socket closes when its session ends.
//!
//! Subscribers are indexed by session: a change to one session wakes no other socket. When changes
//! may have been missed (a node that was stale, a buffer that overflowed), all sessions that have a
//! socket here are revalidated against the database, 500 in a query.

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

const MAX_SESSIONS_PER_QUERY: usize = 500;
/// Between two attempts to revalidate while the database doesn't answer.
const REVALIDATION_RETRY_DELAY: Duration = Duration::from_secs(1);
/// Signals that a connection may be behind before it starts anew.
const MAX_PENDING_SIGNALS: usize = 4;
/// Changes that the cluster's publisher may be behind before all nodes revalidate.
const MAX_PENDING_CHANGES: usize = 256;

/// What happened to somebody's access. Nodes send it to each other, so serialized names stay.
#[must_use = "sockets stay open until it is published"]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AccessChange {
    /// One browser signed out: the hash of its session's id.
    Session(Vec<u8>),
    /// All of an account's sessions are over.
    Account(i64),
    /// An account has another name or one profile more: a cached [`CurrentUser`] is out of date.
    Profile(i64),
    /// Changes on another node may have been missed: all sessions here have to be revalidated.
    #[serde(rename = "Unsure")]
    ResyncAll,
}

/// What a connection has to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccessSignal {
    /// Close: the session is over.
    Ended,
    /// Close with a request to reconnect: [`CurrentUser`] isn't what it was.
    Changed,
}

/// A session with at least one open connection on this node.
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
    /// Changes that were made on this node.
    local: broadcast::Sender<AccessChange>,
    revalidate: mpsc::Sender<()>,
}

impl AccessEvents {
    /// Spawns the task that revalidates sessions over `db`.
    pub fn start(db: &PgPool, supervisor: &Supervisor) -> Self {
        let (revalidate, requests) = mpsc::channel(1);
        let sessions = Sessions::default();
        let requests = Arc::new(Mutex::new(requests));
        supervisor.spawn("accounts.sessions", Policy::Background, {
            let (db, sessions) = (db.clone(), sessions.clone());
            move || revalidate_sessions(db.clone(), sessions.clone(), requests.clone())
        });
        AccessEvents { sessions, local: broadcast::Sender::new(MAX_PENDING_CHANGES), revalidate }
    }

    /// Signals from now on. Call [`CurrentUser::still_signed_in`] after it, or a change in between
    /// is lost.
    pub fn subscribe(&self, user: &CurrentUser) -> AccessSubscription {
        let mut watched = self.sessions.entry(user.session.clone()).or_insert_with(|| WatchedSession {
            account_id: user.account_id,
            epoch: user.epoch,
            connections: 0,
            signals: broadcast::Sender::new(MAX_PENDING_SIGNALS),
        });
        watched.connections += 1;
        let signals = watched.signals.subscribe();
        AccessSubscription { sessions: self.sessions.clone(), session: user.session.clone(), signals }
    }

    /// Only changes made on this node, for the cluster's publisher.
    pub fn subscribe_local(&self) -> broadcast::Receiver<AccessChange> {
        self.local.subscribe()
    }

    /// Signals the connections of this node, without publishing to the others.
    pub fn apply_remote(&self, change: AccessChange) {
        match change {
            AccessChange::Session(hash) => notify(&self.sessions, &hash, AccessSignal::Ended),
            AccessChange::Account(id) => self.notify_account(id, AccessSignal::Ended),
            AccessChange::Profile(id) => self.notify_account(id, AccessSignal::Changed),
            // A full queue holds a request that hasn't begun, which covers this one.
            AccessChange::ResyncAll => drop(self.revalidate.try_send(())),
        }
    }

    /// Signals the connections of this node, and of the others through [`Self::subscribe_local`].
    pub fn publish(&self, change: AccessChange) {
        let _ = self.local.send(change.clone());
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

/// Checks all sessions at each request, and retries until the database answers.
async fn revalidate_sessions(db: PgPool, sessions: Sessions, requests: Arc<Mutex<mpsc::Receiver<()>>>) {
    let mut requests = requests.lock().await;
    while requests.recv().await.is_some() {
        while let Err(error) = notify_ended(&db, &sessions).await {
            tracing::warn!(%error, "session revalidation failed, retrying");
            tokio::time::sleep(REVALIDATION_RETRY_DELAY).await;
        }
    }
}

async fn notify_ended(db: &PgPool, sessions: &Sessions) -> sqlx::Result<()> {
    let all: Vec<(Vec<u8>, i64, i32)> =
        sessions.iter().map(|it| (it.key().clone(), it.account_id, it.epoch)).collect();
    for slice in all.chunks(MAX_SESSIONS_PER_QUERY) {
        for ended in with_task_timeout(store::sessions::ended_sessions(db, slice)).await? {
            notify(sessions, &ended, AccessSignal::Ended);
        }
    }
    Ok(())
}

/// One connection's subscription; dropping it ends it.
#[derive(Debug)]
pub struct AccessSubscription {
    sessions: Sessions,
    session: Vec<u8>,
    signals: broadcast::Receiver<AccessSignal>,
}

impl AccessSubscription {
    /// The next signal; [`AccessSignal::Changed`] if some were lost.
    pub async fn next_signal(&mut self) -> AccessSignal {
        self.signals.recv().await.unwrap_or(AccessSignal::Changed)
    }

    /// Whether there is one, or was.
    pub fn has_signal(&mut self) -> bool {
        !matches!(self.signals.try_recv(), Err(broadcast::error::TryRecvError::Empty))
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
