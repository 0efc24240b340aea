//! Concurrency limit with a global and a per-account bound, per node. Waits up to 5 s for a global
//! permit; a caller at its own bound is rejected at once.

use std::{sync::Arc, time::Duration};

use dashmap::DashMap;
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

/// How long a caller waits for a global permit.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);

#[derive(Clone)]
pub struct ConcurrencyLimit {
    all: Arc<Semaphore>,
    each: usize,
    of_account: Arc<DashMap<i64, usize>>,
}

/// Why no permit was given (load shedding).
#[derive(Debug, PartialEq)]
pub enum LimitReached {
    /// This account holds its maximum.
    PerAccount,
    /// All permits were taken for [`ACQUIRE_TIMEOUT`].
    Global,
}

/// Released when dropped: hold it until the work is done.
pub struct Permit {
    of_account: Arc<DashMap<i64, usize>>,
    account_id: i64,
    permit: Option<OwnedSemaphorePermit>,
}

impl ConcurrencyLimit {
    pub fn new(all: usize, each: usize) -> Self {
        ConcurrencyLimit { all: Arc::new(Semaphore::new(all)), each, of_account: Arc::default() }
    }

    pub async fn acquire(&self, account_id: i64) -> Result<Permit, LimitReached> {
        let mut held = {
            let mut count = self.of_account.entry(account_id).or_default();
            if *count >= self.each {
                return Err(LimitReached::PerAccount);
            }
            *count += 1;
            Permit { of_account: self.of_account.clone(), account_id, permit: None }
        };
        let permit = timeout(ACQUIRE_TIMEOUT, self.all.clone().acquire_owned()).await;
        held.permit = Some(permit.ok().and_then(Result::ok).ok_or(LimitReached::Global)?);
        Ok(held)
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.of_account.remove_if_mut(&self.account_id, |_, count| {
            *count -= 1;
            *count == 0
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn callers_wait_for_a_global_permit_and_none_holds_them_all() {
        let limit = ConcurrencyLimit::new(4, 2);
        let (first, second) = (limit.acquire(1).await.ok().unwrap(), limit.acquire(1).await.ok().unwrap());
        assert_eq!(limit.acquire(1).await.err(), Some(LimitReached::PerAccount), "one account has two");
        let _third = limit.acquire(2).await.ok().unwrap();
        let _fourth = limit.acquire(3).await.ok().unwrap();
        let (waited, ()) = tokio::join!(limit.acquire(4), async { drop(first) });
        assert!(waited.is_ok(), "it waited for its turn");
        drop(second);
        assert!(limit.acquire(1).await.is_ok());
        assert!(!limit.of_account.contains_key(&1), "nothing is kept of who does nothing");
    }
}
