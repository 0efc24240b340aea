//! Bounded queue whose producers never wait: what doesn't fit is dropped, and the producer is told.

use std::sync::Arc;

use tokio::sync::{Mutex, mpsc};

/// Items that may wait. A full queue costs latency and no message: what was dropped is found in the rows.
pub const MAX_QUEUED: usize = 8192;

pub struct BoundedQueue<T> {
    sender: mpsc::Sender<T>,
    receiver: Arc<Mutex<mpsc::Receiver<T>>>,
}

impl<T> Clone for BoundedQueue<T> {
    fn clone(&self) -> Self {
        BoundedQueue { sender: self.sender.clone(), receiver: self.receiver.clone() }
    }
}

impl<T> Default for BoundedQueue<T> {
    fn default() -> Self {
        let (sender, receiver) = mpsc::channel(MAX_QUEUED);
        BoundedQueue { sender, receiver: Arc::new(Mutex::new(receiver)) }
    }
}

impl<T> BoundedQueue<T> {
    /// False if there was no room for it.
    pub fn push(&self, item: T) -> bool {
        self.sender.try_send(item).is_ok()
    }

    /// How many wait.
    pub fn depth(&self) -> usize {
        self.sender.max_capacity() - self.sender.capacity()
    }

    /// For the one task that reads the queue. It locks it for as long as it runs, so that the task which
    /// is started after a panic goes on where the last one was.
    pub fn receiver(&self) -> Arc<Mutex<mpsc::Receiver<T>>> {
        self.receiver.clone()
    }
}
