//! Result pages as they were rendered for somebody who sells nothing of what is on them (a cache with versions, single
//! flight): of a hundred people who look at the newest offers the database is asked for one.
//!
//! What is kept holds nothing of the reader. An entry belongs to a version of the catalogue and of the marketplace's
//! settings; with the next of either nobody finds it again, and memory goes to what is asked for. Besides it lasts for
//! [`LIFETIME`], because pages tell dates.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use quick_cache::{Weighter, sync::Cache};

use super::catalogue::Catalogue;
use crate::web::{Error, Marketplace, Result};

const LIFETIME: Duration = Duration::from_secs(10);
/// Of all nodes' memory the least: a page is about 30 KB.
const MAX_BYTES: u64 = 24 * 1024 * 1024;

/// The part of a page that is about products.
pub struct Rendered {
    pub title: String,
    pub html: String,
    /// Who sells what is on it.
    pub sellers: Vec<i64>,
}

#[derive(Clone, PartialEq, Eq, Hash)]
struct Key {
    version: u64,
    /// Where the settings lie, which the entry keeps from being given to others.
    marketplace: usize,
    query: String,
}

#[derive(Clone)]
struct Entry {
    rendered: Arc<Rendered>,
    made: Instant,
    _marketplace: Arc<Marketplace>,
}

#[derive(Clone)]
struct Bytes;

impl Weighter<Key, Entry> for Bytes {
    fn weight(&self, key: &Key, entry: &Entry) -> u64 {
        (key.query.len() + entry.rendered.html.len() + 256) as u64
    }
}

#[derive(Clone)]
pub struct BrowseCache {
    catalogue: Catalogue,
    entries: Arc<Cache<Key, Entry, Bytes>>,
}

impl BrowseCache {
    pub fn new(catalogue: Catalogue) -> Self {
        BrowseCache { catalogue, entries: Arc::new(Cache::with_weighter(1_000, MAX_BYTES, Bytes)) }
    }

    /// What is kept of this search, or what `make` makes of it, once, however many ask for it meanwhile.
    pub async fn get_or_make<F>(
        &self,
        query: &str,
        marketplace: &Arc<Marketplace>,
        make: impl FnOnce() -> F,
    ) -> Result<Arc<Rendered>>
    where
        F: Future<Output = Result<Rendered>>,
    {
        let Some(version) = self.catalogue.version() else { return Ok(Arc::new(make().await?)) };
        let key = Key { version, marketplace: Arc::as_ptr(marketplace) as usize, query: query.to_owned() };
        if let Some(entry) = self.entries.get(&key) {
            if entry.made.elapsed() < LIFETIME {
                return Ok(entry.rendered);
            }
            self.entries.remove(&key);
        }
        let entry = self.entries.get_or_insert_async(&key, async {
            let rendered = Arc::new(make().await?);
            Ok::<_, Error>(Entry { rendered, made: Instant::now(), _marketplace: marketplace.clone() })
        });
        Ok(entry.await?.rendered)
    }
}
