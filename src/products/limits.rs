//! How many photos one account may send, of products and in conversations: decoding the largest takes a second of a core.
//!
//! A photo on its way lies on the disk, and holds only one of many places there; its place among those that wait to be
//! worked on is taken when all of it is here (H1). So whoever sends slowly keeps nobody else from sending.

use std::{net::IpAddr, num::NonZeroU32, sync::Arc, time::Duration};

use governor::{DefaultKeyedRateLimiter, Quota};
use metrics::counter;

use super::quota::PhotoQuota;
use crate::products::sentences;
use crate::{
    telemetry::names::BUDGET_REFUSALS,
    web::{
        Error,
        admission::{Admission, Admitted, PeopleSeen},
        concurrency_limit::{ConcurrencyLimit, LimitReached, Permit},
    },
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

/// Searches at work, and how long one may take. Visitors' and signed-in people's don't wait for each other (H3).
#[derive(Clone)]
pub struct BrowseLimits {
    visitors: Admission,
    people: Admission,
    sitemaps: ConcurrencyLimit,
}

/// Of the pool's twenty connections most are left for whoever reads and writes messages.
const PEOPLE_SEARCHES: usize = 4;
/// And while signed-in people are about, a quarter of what that can do: on a machine with two cores, one that is always
/// busy makes their pages two or three times as slow (`benches/attack`).
const VISITOR_REST: u32 = 3;
/// Pieces of sitemaps that are read at once; each takes milliseconds.
const SITEMAP_PIECES: usize = 2;
/// Sitemaps that wait for their next piece.
const SITEMAPS_WAITING: usize = 64;
const VISITOR_SEARCH_TIMEOUT: Duration = Duration::from_secs(2);
const SEARCH_TIMEOUT: Duration = Duration::from_secs(5);

impl BrowseLimits {
    /// Visitors' searches get half of the cores.
    pub fn new(people: PeopleSeen) -> Self {
        let cores = std::thread::available_parallelism().map_or(2, usize::from);
        BrowseLimits {
            visitors: Admission::new("visitor_search", (cores / 2).max(1)).resting(VISITOR_REST, people),
            people: Admission::new("people_search", PEOPLE_SEARCHES),
            sitemaps: ConcurrencyLimit::new(SITEMAP_PIECES, SITEMAPS_WAITING),
        }
    }

    /// For whoever reads the metrics.
    pub fn record_gauges(&self) {
        self.visitors.record_gauges();
        self.people.record_gauges();
    }

    /// A turn to read a piece of a sitemap. Nobody is told apart: crawlers have no accounts.
    pub async fn acquire_sitemap(&self) -> Result<Permit, Error> {
        let turn = self.sitemaps.acquire(0).await;
        turn.map_err(|_| Error::Busy(sentences::VERY_MANY_PEOPLE_ARE_SEARCHING_JUST_NOW))
    }

    /// A turn, to be held until the search is done, and how long that may take.
    pub async fn acquire(&self, is_visitor: bool, addr: IpAddr) -> Result<(Admitted, Duration), Error> {
        let (turns, limit) = if is_visitor {
            (&self.visitors, VISITOR_SEARCH_TIMEOUT)
        } else {
            (&self.people, SEARCH_TIMEOUT)
        };
        let turn = turns.acquire(addr).await;
        let turn = turn.ok_or(Error::Busy(sentences::VERY_MANY_PEOPLE_ARE_SEARCHING_JUST_NOW))?;
        Ok((turn, limit))
    }
}
