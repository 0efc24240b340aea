//! Work of which only so much goes on at once on one node, and only so much of one account's.

use std::{sync::Arc, time::Duration};

use dashmap::DashMap;
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

/// How long somebody waits for a turn.
const PATIENCE: Duration = Duration::from_secs(5);

#[derive(Clone)]
pub struct Turns {
    all: Arc<Semaphore>,
    each: usize,
    of_account: Arc<DashMap<i64, usize>>,
}

/// Why there is no turn.
#[derive(Debug, PartialEq)]
pub enum Busy {
    /// This account has as many as one may have.
    Yourself,
    /// There was none for anybody, for some seconds.
    Everybody,
}

/// To be held until the work is done.
pub struct Turn {
    of_account: Arc<DashMap<i64, usize>>,
    account_id: i64,
    permit: Option<OwnedSemaphorePermit>,
}

impl Turns {
    pub fn new(all: usize, each: usize) -> Self {
        Turns { all: Arc::new(Semaphore::new(all)), each, of_account: Arc::default() }
    }

    pub async fn take(&self, account_id: i64) -> Result<Turn, Busy> {
        let mut turn = {
            let mut count = self.of_account.entry(account_id).or_default();
            if *count >= self.each {
                return Err(Busy::Yourself);
            }
            *count += 1;
            Turn { of_account: self.of_account.clone(), account_id, permit: None }
        };
        let permit = timeout(PATIENCE, self.all.clone().acquire_owned()).await;
        turn.permit = Some(permit.ok().and_then(Result::ok).ok_or(Busy::Everybody)?);
        Ok(turn)
    }
}

impl Drop for Turn {
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
    async fn everybody_waits_for_a_turn_and_nobody_has_all_of_them() {
        let turns = Turns::new(4, 2);
        let (first, second) = (turns.take(1).await.ok().unwrap(), turns.take(1).await.ok().unwrap());
        assert_eq!(turns.take(1).await.err(), Some(Busy::Yourself), "one account has two");
        let _third = turns.take(2).await.ok().unwrap();
        let _fourth = turns.take(3).await.ok().unwrap();
        let (waited, ()) = tokio::join!(turns.take(4), async { drop(first) });
        assert!(waited.is_ok(), "it waited for its turn");
        drop(second);
        assert!(turns.take(1).await.is_ok());
        assert!(!turns.of_account.contains_key(&1), "nothing is kept of who does nothing");
    }
}
