//! What was made of products for whoever sells nothing of it (a cache with versions, single flight): of a hundred people
//! who look at the newest offers, or at one product, the database is asked for one.
//!
//! What is kept holds nothing of the reader. An entry belongs to a version of the catalogue and of the marketplace's
//! settings; with the next of either nobody finds it again, and memory goes to what is asked for. Besides it lasts for
//! [`LIFETIME`], because pages tell dates, views and sellers' names, which are no part of the version.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use quick_cache::{Weighter, sync::Cache};

use super::catalogue::Catalogue;
use crate::web::{Error, Marketplace, Result};

const LIFETIME: Duration = Duration::from_secs(2);
/// Of one cache: a rendered page is about 30 KB.
const MAX_BYTES: u64 = 24 * 1024 * 1024;

pub trait Weigh {
    /// In memory, about.
    fn bytes(&self) -> usize;
}

#[derive(Clone, PartialEq, Eq, Hash)]
struct Key {
    version: u64,
    /// Where the settings lie, which the entry keeps from being given to others.
    marketplace: usize,
    name: String,
}

struct Entry<T> {
    made: Arc<T>,
    at: Instant,
    _marketplace: Arc<Marketplace>,
}

impl<T> Clone for Entry<T> {
    fn clone(&self) -> Self {
        Entry { made: self.made.clone(), at: self.at, _marketplace: self._marketplace.clone() }
    }
}

#[derive(Clone)]
struct Bytes;

impl<T: Weigh> Weighter<Key, Entry<T>> for Bytes {
    fn weight(&self, key: &Key, entry: &Entry<T>) -> u64 {
        (key.name.len() + entry.made.bytes() + 256) as u64
    }
}

pub struct VersionedCache<T> {
    catalogue: Catalogue,
    entries: Arc<Cache<Key, Entry<T>, Bytes>>,
}

impl<T> Clone for VersionedCache<T> {
    fn clone(&self) -> Self {
        VersionedCache { catalogue: self.catalogue.clone(), entries: self.entries.clone() }
    }
}

impl<T: Weigh> VersionedCache<T> {
    pub fn new(catalogue: Catalogue) -> Self {
        VersionedCache { catalogue, entries: Arc::new(Cache::with_weighter(1_000, MAX_BYTES, Bytes)) }
    }

    /// What is kept under this name, or what `make` makes, once, however many ask for it meanwhile.
    pub async fn get_or_make<F>(
        &self,
        name: String,
        marketplace: &Arc<Marketplace>,
        make: impl FnOnce() -> F,
    ) -> Result<Arc<T>>
    where
        F: Future<Output = Result<T>>,
    {
        let Some(version) = self.catalogue.version() else { return Ok(Arc::new(make().await?)) };
        let key = Key { version, marketplace: Arc::as_ptr(marketplace) as usize, name };
        if let Some(entry) = self.entries.get(&key) {
            if entry.at.elapsed() < LIFETIME {
                return Ok(entry.made);
            }
            self.entries.remove(&key);
        }
        let entry = self.entries.get_or_insert_async(&key, async {
            let made = Arc::new(make().await?);
            Ok::<_, Error>(Entry { made, at: Instant::now(), _marketplace: marketplace.clone() })
        });
        Ok(entry.await?.made)
    }
}
