//! How many photos one account may send, of products and in conversations: decoding the largest takes a second of a core.
//!
//! A photo on its way lies on the disk, and holds only one of many places there; its place among those that wait to be
//! worked on is taken when all of it is here (H1). So whoever sends slowly keeps nobody else from sending.

use std::{num::NonZeroU32, sync::Arc};

use governor::{DefaultKeyedRateLimiter, Quota};
use metrics::counter;

use super::quota::PhotoQuota;
use crate::{
    telemetry::names::BUDGET_REFUSALS,
    web::concurrency_limit::{ConcurrencyLimit, LimitReached, Permit},
};

/// Eighty in a row (ten products full of them), then six a minute. Counted in memory, by node.
#[derive(Clone)]
pub struct PhotoLimits {
    sent: Arc<DefaultKeyedRateLimiter<i64>>,
    receiving: ConcurrencyLimit,
    waiting: ConcurrencyLimit,
    /// How many bytes of them are kept.
    pub quota: PhotoQuota,
}

/// Photos that are worked on or wait for it, of everybody and of one account.
const WAITING: usize = 32;
const WAITING_EACH: usize = 3;

/// Photos on their way, of everybody and of one account: up to 12 MB of disk each.
const RECEIVING: usize = 1024;
const RECEIVING_EACH: usize = 8;

const BURST: NonZeroU32 = NonZeroU32::new(80).expect("not zero");
const PER_MINUTE: NonZeroU32 = NonZeroU32::new(6).expect("not zero");

impl PhotoLimits {
    pub fn allow(&self, account_id: i64) -> bool {
        let is_allowed = self.sent.check_key(&account_id).is_ok();
        if !is_allowed {
            counter!(BUDGET_REFUSALS, "budget" => "photos").increment(1);
        }
        is_allowed
    }

    /// Acquire before a photo is received, and hold until all of it is here.
    pub async fn acquire_receiving(&self, account_id: i64) -> Result<Permit, LimitReached> {
        self.receiving.acquire(account_id).await
    }

    /// Acquire before a photo waits to be worked on, and hold until it is stored.
    pub async fn acquire(&self, account_id: i64) -> Result<Permit, LimitReached> {
        self.waiting.acquire(account_id).await
    }

    /// Forgets whoever hasn't sent one for a while; run now and then.
    pub fn sweep(&self) {
        self.sent.retain_recent();
    }
}

impl Default for PhotoLimits {
    fn default() -> Self {
        let quota = Quota::per_minute(PER_MINUTE).allow_burst(BURST);
        let sent = Arc::new(DefaultKeyedRateLimiter::keyed(quota));
        PhotoLimits {
            sent,
            receiving: ConcurrencyLimit::new(RECEIVING, RECEIVING_EACH),
            waiting: ConcurrencyLimit::new(WAITING, WAITING_EACH),
            quota: PhotoQuota::default(),
        }
    }
}
