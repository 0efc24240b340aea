//! What is forgotten: notices that nobody will look for any more, and all of somebody who has left.

use std::time::Duration;

use sqlx::{PgConnection, PgPool};

use super::store;

/// After it was read; unread ones are kept twice as long.
const NOTICE_TTL: Duration = Duration::from_secs(90 * 24 * 60 * 60);

/// Run now and then.
pub async fn sweep(db: &PgPool) -> sqlx::Result<u64> {
    store::notices::delete_older_than(db, NOTICE_TTL).await
}

/// Their notices, choices and browsers, in the transaction that empties their account.
pub async fn forget_account(tx: &mut PgConnection, account_id: i64) -> sqlx::Result<()> {
    store::notices::delete_of_account(tx, account_id).await?;
    store::choices::delete_of_account(tx, account_id).await?;
    store::subscriptions::delete_of_account(tx, account_id).await
}
