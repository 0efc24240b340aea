//! Waiting for something to happen, instead of for time to pass.

use std::time::Duration;

/// Far more than anything takes here, so that only what never comes is late.
const LONG_ENOUGH: Duration = Duration::from_secs(30);

/// What `future` gives; fails the test, naming `what`, if that takes too long.
pub async fn within_deadline<T>(what: &str, future: impl Future<Output = T>) -> T {
    match tokio::time::timeout(LONG_ENOUGH, future).await {
        Ok(value) => value,
        Err(_) => panic!("waited {LONG_ENOUGH:?} for {what}"),
    }
}

/// Looks until there is something: for what tells nobody when it happens.
pub async fn eventually<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    within_deadline(what, async {
        loop {
            if let Some(found) = look().await {
                return found;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    })
    .await
}
