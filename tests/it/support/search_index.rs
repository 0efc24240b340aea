//! Whoever searches in a test finds what was there before: the index is asked to catch up first. How long it takes by
//! itself, `benches/` measure.

use std::{
    collections::HashMap,
    sync::{LazyLock, Mutex},
    time::Duration,
};

use haggle::catalog::SearchIndex;

/// By the origin of its node.
static INDEXES: LazyLock<Mutex<HashMap<String, SearchIndex>>> = LazyLock::new(Mutex::default);

pub fn started(origin: String, index: &SearchIndex) {
    INDEXES.lock().unwrap().insert(origin, index.clone());
}

/// Before a request for a list; without a database nothing is waited for.
pub async fn catch_up(origin: &str, path: &str) {
    let is_list =
        ["/products?", "/products.atom", "/api/v1/products?"].iter().any(|list| path.starts_with(list));
    let index = INDEXES.lock().unwrap().get(origin).cloned();
    if let (true, Some(index)) = (is_list, index) {
        let _ = tokio::time::timeout(Duration::from_secs(20), index.catch_up()).await;
    }
}
