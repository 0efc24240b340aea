//! Leaving: an account is deleted seven days after its owner asked for it, and until then they can change their mind.
//!
//! What is theirs goes: name, address, password, photo, words about themselves, sessions, factors. The row stays, empty,
//! under "Deleted account", because other people's conversations lead to it. Invariant: what somebody else has said or
//! been told is changed by nobody's leaving.

use sqlx::{PgConnection, PgPool};
use time::OffsetDateTime;

use super::{
    access::{AccessChange, AccessEvents},
    model::Leaver,
    store,
};
use crate::web::Result;

/// When it will be gone.
pub(super) async fn ask(db: &PgPool, events: &AccessEvents, account_id: i64) -> Result<OffsetDateTime> {
    let gone_at = store::leaving::ask(db, account_id).await?;
    events.publish(AccessChange::Profile(account_id));
    Ok(gone_at)
}

pub(super) async fn stay(db: &PgPool, events: &AccessEvents, account_id: i64) -> Result<()> {
    store::leaving::stay(db, account_id).await?;
    events.publish(AccessChange::Profile(account_id));
    Ok(())
}

/// Those whose seven days are over.
pub async fn due_leavers(db: &PgPool) -> sqlx::Result<Vec<Leaver>> {
    store::leaving::due(db).await
}

/// What other features have to forget of an account that is empty now.
#[derive(Debug)]
pub struct Erased {
    pub email: String,
    pub photo_key: Option<String>,
    /// For [`AccessEvents::publish`] after the commit.
    pub change: AccessChange,
}

/// Empties the account, in the transaction that sees to everything else of theirs. None if its owner has changed their
/// mind meanwhile.
pub async fn erase(tx: &mut PgConnection, account_id: i64) -> sqlx::Result<Option<Erased>> {
    let Some(before) = store::leaving::erase(tx, account_id).await? else { return Ok(None) };
    store::sessions::end_sessions(&mut *tx, account_id).await?;
    store::known_browsers::forget_all(&mut *tx, account_id).await?;
    store::links::forget(&mut *tx, account_id, true).await?;
    store::second_factors::remove_all(&mut *tx, account_id).await?;
    let change = AccessChange::Account(account_id);
    Ok(Some(Erased { email: before.email, photo_key: before.photo_key, change }))
}
