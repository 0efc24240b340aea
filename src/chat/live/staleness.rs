//! Cache invalidation of a whole node: something may have happened that this node wasn't told.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use tokio::sync::Notify;

use crate::telemetry::names::STALE_MARKS;

/// Set by whoever has lost events, taken by the heartbeat, which begins a reconciliation.
#[derive(Clone, Default)]
pub struct Staleness(Arc<Inner>);

#[derive(Default)]
struct Inner {
    is_stale: AtomicBool,
    woken: Notify,
}

impl Staleness {
    pub fn mark_stale(&self) {
        metrics::counter!(STALE_MARKS).increment(1);
        self.0.is_stale.store(true, Ordering::Relaxed);
    }

    pub fn take_stale(&self) -> bool {
        self.0.is_stale.swap(false, Ordering::Relaxed)
    }

    /// Makes the next heartbeat come at once: another node has started, or there is other news of nodes.
    pub fn wake(&self) {
        self.0.woken.notify_one();
    }

    pub async fn woken(&self) {
        self.0.woken.notified().await;
    }
}
