//! Where other features' letters go.

use sqlx::PgExecutor;

use super::store;

/// Somebody's address, if they may be written to: they aren't suspended, and have confirmed it where that is asked for.
pub async fn mail_address(db: impl PgExecutor<'_>, account_id: i64) -> sqlx::Result<Option<String>> {
    store::addresses::mail_address(db, account_id).await
}
