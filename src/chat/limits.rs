//! How fast one account may write.

use std::{num::NonZeroU32, sync::Arc};

use governor::{DefaultKeyedRateLimiter, Quota};

/// Messages of one account, over all its rooms and sockets: a burst, then a steady rate. Counted
/// in memory: each node counts what it sees.
#[derive(Clone)]
pub struct MessageLimits(Arc<DefaultKeyedRateLimiter<i64>>);

impl MessageLimits {
    /// `per_second` from then on, after a burst of three seconds' worth.
    pub fn new(per_second: NonZeroU32) -> Self {
        let quota = Quota::per_second(per_second).allow_burst(per_second.saturating_mul(THREE));
        MessageLimits(Arc::new(DefaultKeyedRateLimiter::keyed(quota)))
    }

    pub fn allow(&self, account_id: i64) -> bool {
        self.0.check_key(&account_id).is_ok()
    }

    /// Forgets whoever hasn't written for a while; run now and then.
    pub fn sweep(&self) {
        self.0.retain_recent();
    }
}

const THREE: NonZeroU32 = NonZeroU32::new(3).expect("not zero");

impl Default for MessageLimits {
    /// Ten a second: nobody types that, a burst of unsent messages after a tunnel does.
    fn default() -> Self {
        MessageLimits::new(NonZeroU32::new(10).expect("not zero"))
    }
}
