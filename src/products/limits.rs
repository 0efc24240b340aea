//! How many photos one account may send, of products and in conversations: decoding the largest takes a
//! second of a core each.

use std::{num::NonZeroU32, sync::Arc};

use governor::{DefaultKeyedRateLimiter, Quota};

/// Eighty at once (ten products full of them), then six a minute. Counted in memory, by node.
#[derive(Clone)]
pub struct PhotoLimits(Arc<DefaultKeyedRateLimiter<i64>>);

const BURST: NonZeroU32 = NonZeroU32::new(80).expect("not zero");
const PER_MINUTE: NonZeroU32 = NonZeroU32::new(6).expect("not zero");

impl PhotoLimits {
    pub fn allow(&self, account_id: i64) -> bool {
        self.0.check_key(&account_id).is_ok()
    }

    /// Forgets whoever hasn't sent one for a while; run now and then.
    pub fn sweep(&self) {
        self.0.retain_recent();
    }
}

impl Default for PhotoLimits {
    fn default() -> Self {
        let quota = Quota::per_minute(PER_MINUTE).allow_burst(BURST);
        PhotoLimits(Arc::new(DefaultKeyedRateLimiter::keyed(quota)))
    }
}
