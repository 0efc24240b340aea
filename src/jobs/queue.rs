//! Putting jobs into the queue.

use sqlx::PgExecutor;

use super::{job::NewJob, store};

impl NewJob {
    /// In the caller's transaction: what is rolled back enqueues nothing (transactional enqueue). False if a job
    /// with its key waits already.
    pub async fn enqueue(&self, db: impl PgExecutor<'_>) -> sqlx::Result<bool> {
        store::enqueue(db, self).await
    }
}
