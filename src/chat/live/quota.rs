//! Quota of connections: how many sockets one account may have open on one node.

use std::sync::Arc;

use dashmap::{DashMap, Entry};
use tokio_util::task::task_tracker::TaskTrackerToken;

use super::shutdown::Shutdown;

/// Each page has two: its room's or none, and the inbox.
const MAX_CONNECTIONS_PER_ACCOUNT: usize = 60;

#[derive(Clone)]
pub struct ConnectionQuota {
    connections: Arc<DashMap<i64, usize>>,
    shutdown: Shutdown,
}

/// One socket of an account, counted until it is dropped.
pub struct ConnectionPermit {
    connections: Arc<DashMap<i64, usize>>,
    account: i64,
    _open: TaskTrackerToken,
}

impl ConnectionQuota {
    /// The sockets it admits are those that `shutdown` waits for.
    pub fn new(shutdown: &Shutdown) -> Self {
        ConnectionQuota { connections: Arc::default(), shutdown: shutdown.clone() }
    }

    /// None if the account has [`MAX_CONNECTIONS_PER_ACCOUNT`] here already.
    pub fn acquire(&self, account: i64) -> Option<ConnectionPermit> {
        let mut count = self.connections.entry(account).or_default();
        if *count >= MAX_CONNECTIONS_PER_ACCOUNT {
            return None;
        }
        *count += 1;
        let connections = self.connections.clone();
        Some(ConnectionPermit { connections, account, _open: self.shutdown.track() })
    }
}

impl Drop for ConnectionPermit {
    fn drop(&mut self) {
        if let Entry::Occupied(mut count) = self.connections.entry(self.account) {
            *count.get_mut() -= 1;
            if *count.get() == 0 {
                count.remove();
            }
        }
    }
}
