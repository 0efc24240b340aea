//! Rate limit (token bucket) of messages per account.

use std::{num::NonZeroU32, sync::Arc};

use governor::{DefaultKeyedRateLimiter, Quota};
use metrics::counter;

use crate::{safety::NewRoomQuota, telemetry::names::BUDGET_REFUSALS};

const BURST_SECONDS: NonZeroU32 = NonZeroU32::new(3).expect("not zero");

/// Messages of one account, over all its rooms: a burst, then a steady rate. Counted in memory: each node
/// counts what it sees.
#[derive(Clone)]
pub struct MessageLimits {
    accounts: Arc<DefaultKeyedRateLimiter<i64>>,
    per_second: NonZeroU32,
    /// Of new conversations, counted in the database.
    pub new_rooms: NewRoomQuota,
}

impl MessageLimits {
    /// `per_second` from then on, after a burst of three seconds' worth.
    pub fn new(per_second: NonZeroU32) -> Self {
        let quota = Quota::per_second(per_second).allow_burst(per_second.saturating_mul(BURST_SECONDS));
        let accounts = Arc::new(DefaultKeyedRateLimiter::keyed(quota));
        MessageLimits { accounts, per_second, new_rooms: NewRoomQuota::default() }
    }

    /// With another budget of new conversations.
    pub fn with_new_rooms(self, new_rooms: NewRoomQuota) -> Self {
        MessageLimits { new_rooms, ..self }
    }

    pub fn per_second(&self) -> NonZeroU32 {
        self.per_second
    }

    pub fn allow(&self, account_id: i64) -> bool {
        let is_allowed = self.accounts.check_key(&account_id).is_ok();
        if !is_allowed {
            counter!(BUDGET_REFUSALS, "budget" => "messages").increment(1);
        }
        is_allowed
    }

    /// Forgets whoever hasn't written for a while; run now and then.
    pub fn sweep(&self) {
        self.accounts.retain_recent();
    }
}

impl Default for MessageLimits {
    /// Ten a second: nobody types that, a burst of unsent messages after a tunnel does.
    fn default() -> Self {
        MessageLimits::new(NonZeroU32::new(10).expect("not zero"))
    }
}
