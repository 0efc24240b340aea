//! The half of a question that stays here (challenge–response): in the session's row, for five minutes, once.
//!
//! A session has one at a time; the next takes its place. Taking it is an UPDATE that one of several requests wins.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sqlx::PgPool;
use time::OffsetDateTime;
use tower_sessions::Session;

use crate::{
    accounts::{
        session_store::{PASSKEY_CHALLENGE as KEY, id_hash},
        store,
    },
    web::Result,
};

const TTL_SECONDS: i64 = 5 * 60;

/// What the answer is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Purpose {
    /// A key for this account.
    Registration(i64),
    /// Signing in, whoever it is.
    SignIn,
    /// Proving to be this account's owner.
    Account(i64),
}

#[derive(Serialize, Deserialize)]
pub(super) struct Challenge {
    purpose: Purpose,
    state: Value,
    at: i64,
}

impl Challenge {
    pub fn new(purpose: Purpose, state: Value) -> Self {
        Challenge { purpose, state, at: OffsetDateTime::now_utc().unix_timestamp() }
    }

    pub async fn keep(&self, session: &Session) -> Result<()> {
        Ok(session.insert(KEY, self).await?)
    }

    /// What was kept for this purpose. Whatever was kept is gone, also if it isn't for this.
    pub async fn take(db: &PgPool, session: &Session, purpose: Purpose) -> Result<Option<Value>> {
        let Some(id) = session.id() else { return Ok(None) };
        let taken = store::session_rows::take_key(db, id_hash(&id), KEY).await?;
        // So that what this request writes doesn't bring it back.
        session.remove_value(KEY).await?;
        let now = OffsetDateTime::now_utc().unix_timestamp();
        let found = taken.and_then(|value| serde_json::from_value::<Challenge>(value).ok());
        Ok(found.filter(|it| it.purpose == purpose && now - it.at < TTL_SECONDS).map(|it| it.state))
    }
}
