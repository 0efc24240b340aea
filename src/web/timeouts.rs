//! Time-outs for database calls: 10 s for a background task's step, 4 s for a request.
//!
//! A database that vanishes without closing its connections answers nothing and ends nothing, so a
//! call without a time-out would never return. The message writer has a time-out of its own.

use std::{io, time::Duration};

use tokio::time::timeout;

use super::{Error, Result};

/// More than any question of a task takes that will be answered at all.
const TASK_TIMEOUT: Duration = Duration::from_secs(10);
/// Whoever writes is told within five seconds that it can't be stored.
const REQUEST_DB_TIMEOUT: Duration = Duration::from_secs(4);

/// For our own tasks: what the database answers, or that it didn't.
pub async fn with_task_timeout<T>(asked: impl Future<Output = sqlx::Result<T>>) -> sqlx::Result<T> {
    timeout(TASK_TIMEOUT, asked)
        .await
        .unwrap_or_else(|_| Err(io::Error::from(io::ErrorKind::TimedOut).into()))
}

/// For a page, or a form with somebody's words in it, which is answered all the same.
pub async fn with_request_timeout<T, E>(asked: impl Future<Output = Result<T, E>>) -> Result<T>
where
    Error: From<E>,
{
    match timeout(REQUEST_DB_TIMEOUT, asked).await {
        Ok(answer) => Ok(answer?),
        Err(_) => Err(Error::Unavailable(anyhow::anyhow!("the database doesn't answer"))),
    }
}
