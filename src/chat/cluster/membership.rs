//! Which other nodes there are, as the heartbeat finds out and reconciler and publisher use it.

use std::{
    collections::HashSet,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use tokio::sync::watch;
use uuid::Uuid;

/// How often a node says that it lives, and how often each room with a local listener is reconciled.
pub const HEARTBEAT_INTERVAL: Duration = Duration::from_secs(2);

/// What the last heartbeat found out.
#[derive(Default)]
pub struct Members {
    /// The other nodes that live.
    pub others: HashSet<Uuid>,
    /// Counted up whenever this node became stale: events from the others may be lost.
    pub stale_generation: u64,
}

#[derive(Clone)]
pub struct Membership {
    members: watch::Sender<Members>,
    nats_reaches_all: Arc<AtomicBool>,
}

impl Default for Membership {
    fn default() -> Self {
        Membership { members: watch::Sender::new(Members::default()), nats_reaches_all: Arc::default() }
    }
}

impl Membership {
    pub fn subscribe(&self) -> watch::Receiver<Members> {
        self.members.subscribe()
    }

    pub fn update(&self, others: HashSet<Uuid>, is_stale: bool) {
        self.members.send_modify(|members| {
            members.others = others;
            members.stale_generation += u64::from(is_stale);
        });
    }

    /// Whether what is published by NATS is heard by all the others.
    pub fn nats_reaches_all(&self) -> bool {
        self.nats_reaches_all.load(Ordering::Relaxed)
    }

    pub fn set_nats_reaches_all(&self, reaches_all: bool) {
        self.nats_reaches_all.store(reaches_all, Ordering::Relaxed);
    }
}
