//! Health check: whether photos can be written (case 24). The store is tried once in a few seconds, however often
//! somebody wants to know.

use std::{
    io,
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::{sync::Mutex, time::timeout};

use super::Uploads;

const KNOWN_FOR: Duration = Duration::from_secs(5);
const STORE_TIMEOUT: Duration = Duration::from_secs(3);

#[derive(Clone)]
pub struct WriteCheck {
    uploads: Uploads,
    last: Arc<Mutex<Option<(Instant, bool)>>>,
}

impl WriteCheck {
    pub fn new(uploads: Uploads) -> Self {
        WriteCheck { uploads, last: Arc::default() }
    }

    pub async fn can_write(&self) -> bool {
        let mut last = self.last.lock().await;
        if let Some((at, can)) = *last
            && at.elapsed() < KNOWN_FOR
        {
            return can;
        }
        let tried = timeout(STORE_TIMEOUT, self.uploads.try_writing()).await;
        let tried = tried.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()));
        if let Err(error) = &tried {
            tracing::error!(%error, "photos can't be written");
        }
        *last = Some((Instant::now(), tried.is_ok()));
        tried.is_ok()
    }
}
