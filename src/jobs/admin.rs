//! What staff see of the queue, and do to it.

use std::time::Duration;

use sqlx::{PgExecutor, PgPool};

use super::store::{self, FailedJob, JobCounts};

/// Failed jobs on the staff's page.
const MAX_SHOWN: i64 = 200;
/// How long a job that is done is kept, and a dead letter that nobody sends again.
const DONE_TTL: Duration = Duration::from_secs(7 * 24 * 60 * 60);
const DEAD_TTL: Duration = Duration::from_secs(90 * 24 * 60 * 60);

pub async fn counts(db: impl PgExecutor<'_>) -> sqlx::Result<JobCounts> {
    store::counts(db).await
}

pub async fn failed(db: &PgPool) -> sqlx::Result<Vec<FailedJob>> {
    store::failed(db, MAX_SHOWN).await
}

/// Makes a dead letter wait again; its name. None if it isn't dead, or if another job with its key waits: then the
/// caller's transaction is over.
pub async fn send_again(db: impl PgExecutor<'_>, id: i64) -> sqlx::Result<Option<String>> {
    store::send_again(db, id).await
}

/// Forgets what has been done for a week, and dead for three months; run now and then.
pub async fn sweep(db: &PgPool) -> sqlx::Result<u64> {
    store::remove_old(db, DONE_TTL, DEAD_TTL).await
}
