//! How fast one account may write, and one socket may send.

use std::{num::NonZeroU32, sync::Arc};

use governor::{DefaultDirectRateLimiter, DefaultKeyedRateLimiter, Quota, RateLimiter};

/// Messages of one account, over all its rooms and sockets: a burst, then a steady rate. Counted
/// in memory: each node counts what it sees.
#[derive(Clone)]
pub struct MessageLimits {
    accounts: Arc<DefaultKeyedRateLimiter<i64>>,
    per_second: NonZeroU32,
}

impl MessageLimits {
    /// `per_second` from then on, after a burst of three seconds' worth.
    pub fn new(per_second: NonZeroU32) -> Self {
        let quota = Quota::per_second(per_second).allow_burst(per_second.saturating_mul(THREE));
        MessageLimits { accounts: Arc::new(DefaultKeyedRateLimiter::keyed(quota)), per_second }
    }

    pub fn allow(&self, account_id: i64) -> bool {
        self.accounts.check_key(&account_id).is_ok()
    }

    /// Frames of any kind that one socket may send: as many as it takes to write, to read and to type as
    /// fast as that, and a burst of five seconds' worth.
    pub fn frames(&self) -> DefaultDirectRateLimiter {
        let frames = self.per_second.saturating_mul(FOUR);
        RateLimiter::direct(Quota::per_second(frames).allow_burst(frames.saturating_mul(FIVE)))
    }

    /// Forgets whoever hasn't written for a while; run now and then.
    pub fn sweep(&self) {
        self.accounts.retain_recent();
    }
}

const THREE: NonZeroU32 = NonZeroU32::new(3).expect("not zero");
const FOUR: NonZeroU32 = NonZeroU32::new(4).expect("not zero");
const FIVE: NonZeroU32 = NonZeroU32::new(5).expect("not zero");

impl Default for MessageLimits {
    /// Ten a second: nobody types that, a burst of unsent messages after a tunnel does.
    fn default() -> Self {
        MessageLimits::new(NonZeroU32::new(10).expect("not zero"))
    }
}
