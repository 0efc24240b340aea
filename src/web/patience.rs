//! How long is waited for the database.
//!
//! One that vanishes without closing its connections answers nothing and ends nothing: whoever asks it for ever
//! would never be back. The journal has a time-out of its own.

use std::{io, time::Duration};

use tokio::time::timeout;

use super::{Error, Result};

/// More than any question of a task takes that will be answered at all.
const PATIENCE: Duration = Duration::from_secs(10);
/// Whoever writes is told within five seconds that it can't be stored.
const PROMPT: Duration = Duration::from_secs(4);

/// For our own tasks: what the database answers, or that it didn't.
pub async fn in_time<T>(asked: impl Future<Output = sqlx::Result<T>>) -> sqlx::Result<T> {
    timeout(PATIENCE, asked).await.unwrap_or_else(|_| Err(io::Error::from(io::ErrorKind::TimedOut).into()))
}

/// For a page, or a form with somebody's words in it, which is answered all the same.
pub async fn promptly<T, E>(asked: impl Future<Output = Result<T, E>>) -> Result<T>
where
    Error: From<E>,
{
    match timeout(PROMPT, asked).await {
        Ok(answer) => Ok(answer?),
        Err(_) => Err(Error::Unavailable(anyhow::anyhow!("the database doesn't answer"))),
    }
}
