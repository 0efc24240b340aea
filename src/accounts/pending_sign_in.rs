//! Between the two steps of a sign-in: the password was right, the code is still to come.
//!
//! It lies in the session, which is nobody's yet, for five minutes. It opens nothing by itself: what it says of the
//! account is compared again when the session begins (the epoch), and wrong codes are counted by account.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use tower_sessions::Session;

use super::sessions::SessionOwner;
use crate::web::{Result, ReturnTo};

const KEY: &str = "pending_sign_in";
const TTL_SECONDS: i64 = 5 * 60;

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct PendingSignIn {
    account_id: i64,
    epoch: i32,
    pub email: String,
    next: String,
    /// Whether this browser has signed in to the account before.
    pub is_known: bool,
    pub is_confirmed: bool,
    at: i64,
}

impl PendingSignIn {
    pub fn new(
        owner: SessionOwner,
        email: &str,
        next: &ReturnTo,
        is_known: bool,
        is_confirmed: bool,
    ) -> Self {
        PendingSignIn {
            account_id: owner.account_id,
            epoch: owner.epoch,
            email: email.to_owned(),
            next: next.text().to_owned(),
            is_known,
            is_confirmed,
            at: OffsetDateTime::now_utc().unix_timestamp(),
        }
    }

    pub fn next(&self) -> ReturnTo {
        ReturnTo::new(&self.next)
    }

    pub fn owner(&self) -> SessionOwner {
        SessionOwner { account_id: self.account_id, epoch: self.epoch }
    }

    /// Under a new session id: what was planted in the browser is worth nothing (session fixation).
    pub async fn keep(&self, session: &Session) -> Result<()> {
        session.cycle_id().await?;
        Ok(session.insert(KEY, self).await?)
    }

    /// None if it is too old, or there is none.
    pub async fn find(session: &Session) -> Result<Option<Self>> {
        let found = session.get::<PendingSignIn>(KEY).await.ok().flatten();
        Ok(found.filter(|found| OffsetDateTime::now_utc().unix_timestamp() - found.at < TTL_SECONDS))
    }

    pub async fn forget(session: &Session) -> Result<()> {
        session.remove_value(KEY).await?;
        Ok(())
    }
}
