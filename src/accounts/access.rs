//! "This person's access ended", told to whoever keeps a connection open for them.

use serde::{Deserialize, Serialize};
use tokio::sync::broadcast;

use super::CurrentUser;

#[must_use = "sockets stay open until they are told"]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AccessEnded {
    /// One browser signed out: the hash of its session's id.
    Session(Vec<u8>),
    /// All of an account's sessions are over.
    Account(i64),
    /// News from another node may have been missed: everybody has to look their session up.
    Unsure,
}

impl AccessEnded {
    pub fn concerns(&self, user: &CurrentUser) -> bool {
        match self {
            AccessEnded::Session(id_hash) => *id_hash == user.session,
            AccessEnded::Account(id) => *id == user.account_id,
            AccessEnded::Unsure => true,
        }
    }
}

/// The news itself, and apart from it what happened on this node. A listener that lags has to look the
/// session up.
#[derive(Clone, Debug)]
pub struct AccessEvents {
    all: broadcast::Sender<AccessEnded>,
    here: broadcast::Sender<AccessEnded>,
}

impl AccessEvents {
    pub fn subscribe(&self) -> broadcast::Receiver<AccessEnded> {
        self.all.subscribe()
    }

    /// Only what happened on this node, for whoever tells the others.
    pub fn subscribe_here(&self) -> broadcast::Receiver<AccessEnded> {
        self.here.subscribe()
    }

    /// Passes on what another node told.
    pub fn hear(&self, ended: AccessEnded) {
        // Nobody connected is nobody to tell.
        let _ = self.all.send(ended);
    }

    pub fn tell(&self, ended: AccessEnded) {
        let _ = self.here.send(ended.clone());
        self.hear(ended);
    }
}

impl Default for AccessEvents {
    fn default() -> Self {
        AccessEvents { all: broadcast::channel(256).0, here: broadcast::channel(256).0 }
    }
}
