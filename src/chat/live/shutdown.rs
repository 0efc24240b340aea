//! Graceful shutdown of sockets: each is asked to close and come back, spread over seconds by jitter, and
//! the program waits until all have drained.

use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};

use tokio_util::{
    sync::{CancellationToken, WaitForCancellationFuture},
    task::{TaskTracker, task_tracker::TaskTrackerToken},
};

/// A thousand sockets close in a second, and all of them within four.
const DELAY_PER_SOCKET: Duration = Duration::from_millis(1);
const MAX_JITTER: Duration = Duration::from_secs(4);

#[derive(Clone, Default)]
pub struct Shutdown(Arc<Inner>);

#[derive(Default)]
struct Inner {
    open: TaskTracker,
    requested: CancellationToken,
    /// Over how long the sockets close.
    jitter_window: OnceLock<Duration>,
}

impl Shutdown {
    /// Counts a socket until the token is dropped.
    pub fn track(&self) -> TaskTrackerToken {
        self.0.open.token()
    }

    pub fn open_sockets(&self) -> usize {
        self.0.open.len()
    }

    /// Tells every socket to close and come back.
    pub fn begin(&self) {
        let _ = self.0.jitter_window.set(jitter_window(self.0.open.len()));
        self.0.requested.cancel();
    }

    pub fn requested(&self) -> WaitForCancellationFuture<'_> {
        self.0.requested.cancelled()
    }

    /// Resolves when one socket shall close: not all come back at the same moment.
    pub async fn requested_with_jitter(&self) {
        self.requested().await;
        let window = self.0.jitter_window.get().copied().unwrap_or_default();
        Box::pin(tokio::time::sleep(window.mul_f64(rand::random()))).await;
    }

    /// Waits until every socket has closed.
    pub async fn drained(&self) {
        self.0.open.close();
        self.0.open.wait().await;
    }
}

/// Over how long so many sockets close.
fn jitter_window(sockets: usize) -> Duration {
    MAX_JITTER.min(DELAY_PER_SOCKET.saturating_mul(u32::try_from(sockets).unwrap_or(u32::MAX)))
}
