//! A notice, as it is stored and as it is recorded.

use serde_json::Value;
use time::OffsetDateTime;

/// A stored notice; its words are its kind's.
#[derive(Clone, Debug)]
pub struct Notice {
    pub id: i64,
    pub account_id: i64,
    pub kind: String,
    pub subject: String,
    /// What its kind has kept of the cause.
    pub details: Value,
    /// The latest of what it tells.
    pub happened_at: OffsetDateTime,
    pub is_read: bool,
}

impl Notice {
    /// By which notifications of the same thing take each other's place.
    pub fn tag(&self) -> String {
        format!("{}:{}", self.kind, self.subject)
    }
}

/// Something that somebody is to be told.
#[derive(Clone, Debug)]
pub struct NewNotice {
    pub account_id: i64,
    /// What it is about, in the words of its kind; a repeat about the same updates the notice.
    pub subject: String,
    pub details: Value,
    /// The first of what hasn't been seen: push and mail count from it.
    pub began_at: OffsetDateTime,
    /// The latest.
    pub happened_at: OffsetDateTime,
}

impl NewNotice {
    /// Something that happened once.
    pub fn new(account_id: i64, subject: impl Into<String>, at: OffsetDateTime) -> Self {
        NewNotice {
            account_id,
            subject: subject.into(),
            details: Value::Object(Default::default()),
            began_at: at,
            happened_at: at,
        }
    }

    pub fn details(self, details: Value) -> Self {
        NewNotice { details, ..self }
    }
}
