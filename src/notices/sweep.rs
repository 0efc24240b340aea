//! What is forgotten: notices that nobody will look for any more.

use std::time::Duration;

use sqlx::PgPool;

use super::store;

/// After it was read; unread ones are kept twice as long.
const NOTICE_TTL: Duration = Duration::from_secs(90 * 24 * 60 * 60);

/// Run now and then.
pub async fn sweep(db: &PgPool) -> sqlx::Result<u64> {
    store::notices::delete_older_than(db, NOTICE_TTL).await
}
