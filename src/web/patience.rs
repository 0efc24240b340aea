//! How long our own tasks wait for the database.
//!
//! One that vanishes without closing its connections answers nothing and ends nothing: a task that asks for
//! ever would never be back. A request has a time-out of its own, and the journal another.

use std::{io, time::Duration};

use tokio::time::timeout;

/// More than any question of such a task takes that will be answered at all.
const PATIENCE: Duration = Duration::from_secs(10);

/// What the database answers, or that it didn't.
pub async fn in_time<T>(asked: impl Future<Output = sqlx::Result<T>>) -> sqlx::Result<T> {
    timeout(PATIENCE, asked).await.unwrap_or_else(|_| Err(io::Error::from(io::ErrorKind::TimedOut).into()))
}
