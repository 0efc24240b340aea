//! How far an index has come in the changes of the database, and of which database.

use serde::{Deserialize, Serialize};

/// Which changes an index can follow: those of this very table, read with these words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// Server, its timeline, database and table: after a restore or a fail-over that lost something, transactions are
    /// counted otherwise.
    pub database: String,
    pub language: String,
}

/// Stored with each commit of the index, in one with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    pub identity: Identity,
    /// The last change that is in the index; changes are read in this order.
    pub xid: u64,
    pub id: i64,
    /// When the database was last asked, in seconds of its clock: changes are kept for a day.
    pub at: i64,
}

impl Mark {
    pub fn read(payload: Option<&str>) -> Option<Self> {
        serde_json::from_str(payload?).ok()
    }

    pub fn payload(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}
