//! How many searches are at work, and how long one may take.

use std::{net::IpAddr, time::Duration};

use super::sentences;
use crate::web::{
    Error,
    admission::{Admission, Admitted, PeopleSeen},
    concurrency_limit::{ConcurrencyLimit, Permit},
};

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
