//! How fast one account may write, and one socket may send.

use std::{num::NonZeroU32, sync::Arc};

use governor::{DefaultDirectRateLimiter, DefaultKeyedRateLimiter, Quota, RateLimiter};

use crate::web::concurrency_limit::{ConcurrencyLimit, LimitReached, Permit};

/// Messages and frames of one account, over all its rooms and sockets: a burst, then a steady rate. Counted
/// in memory: each node counts what it sees.
#[derive(Clone)]
pub struct MessageLimits {
    accounts: Arc<DefaultKeyedRateLimiter<i64>>,
    frames: Arc<DefaultKeyedRateLimiter<i64>>,
    per_second: NonZeroU32,
}

/// Frames of any kind, of one socket and of all sockets of its account.
pub struct FrameLimit {
    here: DefaultDirectRateLimiter,
    everywhere: Arc<DefaultKeyedRateLimiter<i64>>,
    account_id: i64,
}

impl FrameLimit {
    pub fn allow(&self) -> bool {
        self.here.check().is_ok() && self.everywhere.check_key(&self.account_id).is_ok()
    }
}

impl MessageLimits {
    /// `per_second` from then on, after a burst of three seconds' worth.
    pub fn new(per_second: NonZeroU32) -> Self {
        let quota = Quota::per_second(per_second).allow_burst(per_second.saturating_mul(THREE));
        let frames = DefaultKeyedRateLimiter::keyed(frames(per_second.saturating_mul(TABS)));
        MessageLimits {
            accounts: Arc::new(DefaultKeyedRateLimiter::keyed(quota)),
            frames: Arc::new(frames),
            per_second,
        }
    }

    pub fn allow(&self, account_id: i64) -> bool {
        self.accounts.check_key(&account_id).is_ok()
    }

    /// For a new socket: as many frames as it takes to write, to read and to type as fast as that. All
    /// sockets of its account together have as many as [`TABS`] of them.
    pub fn frames(&self, account_id: i64) -> FrameLimit {
        let here = RateLimiter::direct(frames(self.per_second));
        FrameLimit { here, everywhere: self.frames.clone(), account_id }
    }

    /// Forgets whoever hasn't written for a while; run now and then.
    pub fn sweep(&self) {
        self.accounts.retain_recent();
        self.frames.retain_recent();
    }
}

/// Four for each message, and a burst of five seconds' worth.
fn frames(per_second: NonZeroU32) -> Quota {
    let frames = per_second.saturating_mul(FOUR);
    Quota::per_second(frames).allow_burst(frames.saturating_mul(FIVE))
}

/// Windows that somebody may use as fast as one may be used. They may have more open: most are only read.
const TABS: NonZeroU32 = NonZeroU32::new(3).expect("not zero");
const THREE: NonZeroU32 = NonZeroU32::new(3).expect("not zero");
const FOUR: NonZeroU32 = NonZeroU32::new(4).expect("not zero");
const FIVE: NonZeroU32 = NonZeroU32::new(5).expect("not zero");

impl Default for MessageLimits {
    /// Ten a second: nobody types that, a burst of unsent messages after a tunnel does.
    fn default() -> Self {
        MessageLimits::new(NonZeroU32::new(10).expect("not zero"))
    }
}

/// Searches at work: of the pool's twenty connections most are left for whoever only turns a page.
#[derive(Clone)]
pub struct SearchLimits(ConcurrencyLimit);

const SEARCHES: usize = 4;
const SEARCHES_EACH: usize = 2;

impl Default for SearchLimits {
    fn default() -> Self {
        SearchLimits(ConcurrencyLimit::new(SEARCHES, SEARCHES_EACH))
    }
}

impl SearchLimits {
    /// A permit, to be held until the search is done, or the sentence for whoever gets none.
    pub async fn acquire(&self, account_id: i64) -> Result<Permit, &'static str> {
        self.0.acquire(account_id).await.map_err(|busy| match busy {
            LimitReached::PerAccount => {
                "Your other searches aren't done yet. Wait a moment, then search again."
            }
            LimitReached::Global => {
                "Very many people are searching just now. Wait a moment, then search again."
            }
        })
    }
}
