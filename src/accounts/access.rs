//! "This person's access ended", told to whoever keeps a connection open for them.

use tokio::sync::broadcast;

use super::CurrentUser;

#[must_use = "sockets stay open until they are told"]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AccessEnded {
    /// One browser signed out: the hash of its session's id.
    Session(Vec<u8>),
    /// All of an account's sessions are over.
    Account(i64),
}

impl AccessEnded {
    pub fn concerns(&self, user: &CurrentUser) -> bool {
        match self {
            AccessEnded::Session(id_hash) => *id_hash == user.session,
            AccessEnded::Account(id) => *id == user.account_id,
        }
    }
}

/// The news itself. A listener that lags has to look the session up.
#[derive(Clone, Debug)]
pub struct AccessEvents(broadcast::Sender<AccessEnded>);

impl AccessEvents {
    pub fn subscribe(&self) -> broadcast::Receiver<AccessEnded> {
        self.0.subscribe()
    }

    /// Only what is true in the database already.
    pub fn tell(&self, ended: AccessEnded) {
        // Nobody connected is nobody to tell.
        let _ = self.0.send(ended);
    }
}

impl Default for AccessEvents {
    fn default() -> Self {
        AccessEvents(broadcast::channel(256).0)
    }
}
