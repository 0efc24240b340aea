//! Somebody signed in. Only the extractors make one, of a real session.

use sqlx::PgPool;

use super::store;

/// Somebody signed in, not suspended.
#[derive(Clone, Debug)]
pub struct CurrentUser {
    pub account_id: i64,
    pub email: String,
    pub name: String,
    pub is_admin: bool,
    /// `buyers.id`; an admin has none.
    pub buyer_id: Option<i64>,
    /// `customers.id`, once they sell.
    pub seller_id: Option<i64>,
    /// Which sign-ins of the account count; see `accounts.session_epoch`.
    pub(super) epoch: i32,
    /// The hash of this browser's session id.
    pub session: Vec<u8>,
}

impl CurrentUser {
    /// Asks the database: whether this session goes on, and the account isn't suspended.
    pub async fn still_signed_in(&self, db: &PgPool) -> sqlx::Result<bool> {
        store::sessions::still_signed_in(db, self.account_id, self.epoch, &self.session).await
    }
}
