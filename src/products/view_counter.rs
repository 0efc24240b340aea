//! Views of products: counted in memory, written together (C14, L9).
//!
//! A look at a page costs no write and can't fail because of one; one visitor's looks at a product count once a day. What
//! wasn't written yet when a node is killed is lost: it is a number to please sellers, not a fact.

use std::{
    collections::{HashMap, HashSet},
    hash::{BuildHasher as _, RandomState},
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use sqlx::PgPool;
use time::OffsetDateTime;
use tokio_util::sync::CancellationToken;

use super::store;

/// Between two writes.
const FLUSH_INTERVAL: Duration = Duration::from_secs(10);
/// Looks of a day that are remembered, 8 bytes each; after so many a visitor may count twice.
const MAX_SEEN: usize = 1_000_000;

/// Who looks.
#[derive(Clone, Copy, Debug, Hash)]
pub enum Looker {
    Account(i64),
    Network(IpAddr),
}

#[derive(Clone, Default)]
pub struct ViewCounter {
    counts: Arc<Mutex<Counts>>,
    /// Keyed anew at each start, so that nobody can make lookers collide.
    hasher: RandomState,
}

#[derive(Default)]
struct Counts {
    /// Julian day.
    day: i32,
    seen: HashSet<u64>,
    unwritten: HashMap<i64, i64>,
}

impl ViewCounter {
    pub fn record(&self, product_id: i64, looker: Looker) {
        self.record_on(OffsetDateTime::now_utc().date().to_julian_day(), product_id, looker);
    }

    fn record_on(&self, day: i32, product_id: i64, looker: Looker) {
        let look = self.hasher.hash_one((product_id, looker));
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.day != day || counts.seen.len() >= MAX_SEEN {
            counts.day = day;
            counts.seen.clear();
        }
        if counts.seen.insert(look) {
            *counts.unwritten.entry(product_id).or_default() += 1;
        }
    }

    /// Writes what was counted since the last time; what can't be written is counted again.
    pub async fn flush(&self, db: &PgPool) -> sqlx::Result<()> {
        let taken = {
            let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
            std::mem::take(&mut counts.unwritten)
        };
        if taken.is_empty() {
            return Ok(());
        }
        let (ids, views): (Vec<i64>, Vec<i64>) = taken.iter().unzip();
        let written = store::product::add_views(db, &ids, &views).await;
        if written.is_err() {
            let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
            for (id, views) in taken {
                *counts.unwritten.entry(id).or_default() += views;
            }
        }
        written
    }

    /// Writes periodically, and a last time at the end.
    pub async fn run(self, db: PgPool, stop: CancellationToken) {
        loop {
            let stopped = tokio::time::timeout(FLUSH_INTERVAL, stop.cancelled()).await.is_ok();
            if let Err(error) = self.flush(&db).await {
                tracing::warn!(%error, "views could not be written, they are kept");
            }
            if stopped {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_looker_counts_once_a_day() {
        let views = ViewCounter::default();
        let network = Looker::Network([192, 0, 2, 1].into());
        for (day, looker) in [(1, network), (1, network), (1, Looker::Account(1)), (2, network)] {
            views.record_on(day, 7, looker);
        }
        assert_eq!(views.counts.lock().unwrap().unwritten, HashMap::from([(7, 3)]));
    }
}
