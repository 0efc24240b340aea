//! Somebody signed in. Only the extractors make one, of a real session, and `tokens`, of a grant.

use sqlx::PgPool;
use time::OffsetDateTime;

use super::store;

/// Somebody signed in, not suspended.
#[derive(Clone, Debug)]
pub struct CurrentUser {
    pub account_id: i64,
    pub email: String,
    pub name: String,
    /// What they say of themselves, in a line.
    pub about_line: String,
    pub is_admin: bool,
    /// Mail to the address was answered.
    pub email_confirmed: bool,
    /// They write and sell nothing before they have confirmed it.
    pub must_confirm_email: bool,
    /// A mail server refused it for good.
    pub email_bounced: bool,
    pub has_second_factor: bool,
    /// Of the demo, whose password everybody knows.
    pub is_demo: bool,
    /// The key of their profile photo.
    pub photo_key: Option<String>,
    /// When their account is deleted, if they asked for that.
    pub delete_after: Option<OffsetDateTime>,
    /// `buyers.id`; an admin has none.
    pub buyer_id: Option<i64>,
    /// `customers.id`, once they sell.
    pub seller_id: Option<i64>,
    /// Which sign-ins of the account count; see `accounts.session_epoch`.
    pub(super) epoch: i32,
    /// The hash of this browser's session id, or a grant's.
    pub session: Vec<u8>,
}

impl CurrentUser {
    /// Whoever runs the place, but for a demo.
    pub fn must_have_second_factor(&self) -> bool {
        self.is_admin && !self.is_demo
    }

    /// Asks the database: whether this session goes on, and the account isn't suspended.
    pub async fn still_signed_in(&self, db: &PgPool) -> sqlx::Result<bool> {
        store::sessions::still_signed_in(db, self.account_id, self.epoch, &self.session).await
    }
}
