//! Whether somebody who has registered may take part: where an admin approves people, they wait.
//!
//! Whoever waits, or was refused, signs in like anybody else and is told so on every page; to every handler they are a
//! visitor ([`MaybeUser`](super::MaybeUser) is nobody), so that no page has to think of them.

use sqlx::PgExecutor;

use super::{model::Admission, store::admission as store};

pub use store::WaitingPerson;

/// Somebody signed in who isn't admitted, as every page tells them.
#[derive(Clone, Debug)]
pub struct PendingUser {
    pub name: String,
    /// Why they were refused; none while they wait.
    pub refusal: Option<String>,
}

/// Those who wait longest first.
pub async fn waiting_people(db: impl PgExecutor<'_>, limit: i64) -> sqlx::Result<Vec<WaitingPerson>> {
    store::waiting(db, limit).await
}

/// Admits or refuses somebody who waits, in the caller's transaction. Answers their name and address; nothing if they
/// don't wait any longer.
pub async fn decide_admission(
    db: impl PgExecutor<'_>,
    account_id: i64,
    admission: Admission,
    reason: &str,
) -> sqlx::Result<Option<String>> {
    store::decide(db, account_id, admission, reason).await
}
