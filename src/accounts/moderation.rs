//! Suspending a person and restoring them, in the transaction of the admin who does it.

use sqlx::{PgConnection, PgExecutor};

use super::{access::AccessChange, store};
use crate::web::Result;

/// Ends a person's access until they are restored, in the caller's transaction. Nothing, if there is
/// nobody to suspend: an admin isn't, nor is who is suspended already.
///
/// What it answers is to be told ([`AccessEvents::tell`]) as soon as the transaction is committed.
pub async fn suspend(tx: &mut PgConnection, account_id: i64) -> Result<Option<AccessChange>> {
    if !store::accounts::set_suspended(&mut *tx, account_id, true).await? {
        return Ok(None);
    }
    store::sessions::end_sessions(tx, account_id).await?;
    Ok(Some(AccessChange::Account(account_id)))
}

/// False, if there is nobody to restore.
pub async fn restore(db: impl PgExecutor<'_>, account_id: i64) -> Result<bool> {
    Ok(store::accounts::set_suspended(db, account_id, false).await?)
}
