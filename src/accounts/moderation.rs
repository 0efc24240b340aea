//! Suspending and restoring a person, in the caller's transaction, so that the audit log's line is
//! committed with it.

use sqlx::{PgConnection, PgExecutor};

use super::{access::AccessChange, store};
use crate::web::Result;

/// Ends all of a person's sessions and forbids new ones. `None` if nothing changed: there is no
/// such person, they are suspended already, or they are an admin.
///
/// Pass the change to [`AccessEvents::publish`](super::access::AccessEvents::publish) after the
/// commit; until then their sockets stay open.
pub async fn suspend(tx: &mut PgConnection, account_id: i64) -> Result<Option<AccessChange>> {
    if !store::accounts::set_suspended(&mut *tx, account_id, true).await? {
        return Ok(None);
    }
    store::sessions::end_sessions(tx, account_id).await?;
    Ok(Some(AccessChange::Account(account_id)))
}

/// False if nothing changed: there is no such person, or they aren't suspended.
pub async fn restore(db: impl PgExecutor<'_>, account_id: i64) -> Result<bool> {
    Ok(store::accounts::set_suspended(db, account_id, false).await?)
}
