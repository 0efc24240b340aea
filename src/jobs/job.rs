//! A job that was claimed, and how it is enqueued.

use serde_json::Value;
use time::OffsetDateTime;

/// What a handler gets.
#[derive(Clone, Debug)]
pub struct Job {
    pub id: i64,
    pub name: String,
    pub payload: Value,
    /// 1 for the first. A dead letter that is sent again begins anew.
    pub attempts: i32,
    /// A later claim has a higher one, always: only the latest may say how the job ended.
    pub(super) fencing_token: i64,
}

/// A job to be enqueued.
#[derive(Clone, Debug, Default)]
pub struct NewJob {
    pub name: String,
    pub payload: Value,
    /// Of two unfinished jobs of a name with the same key there is one.
    pub dedupe_key: Option<String>,
    /// At once, if none.
    pub run_at: Option<OffsetDateTime>,
}

impl NewJob {
    pub fn new(name: impl Into<String>, payload: Value) -> Self {
        NewJob { name: name.into(), payload, ..NewJob::default() }
    }

    pub fn dedupe(mut self, key: impl Into<String>) -> Self {
        self.dedupe_key = Some(key.into());
        self
    }

    pub fn at(mut self, run_at: OffsetDateTime) -> Self {
        self.run_at = Some(run_at);
        self
    }
}
