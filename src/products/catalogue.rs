//! What every list of products needs beside its products, in each node's memory: the categories, the usual currency, the
//! places to suggest; and the version of it all, by which rendered lists are kept (`versioned_cache.rs`).
//!
//! ```text
//! a commit → trigger → NOTIFY catalogue → every node: version + 1, read the facts anew
//! a request of this node that may have changed something → version + 1 before its answer goes out
//! ```
//!
//! The version is the invariant: whatever was rendered under an older one is never shown. While nobody listens there is
//! none, and nothing is kept.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use axum::{
    extract::{Request, State},
    http::Method,
    middleware::Next,
    response::Response,
};
use sqlx::PgPool;
use tokio::{
    sync::watch,
    time::{Instant, sleep, sleep_until},
};

use super::{Category, Currency, store};
use crate::{
    db,
    jobs::{Policy, Supervisor},
    web::Result,
};

const CHANNEL: &str = "catalogue";
/// The payload that asks for new search indexes.
const REBUILD: &str = "rebuild";
const RETRY_DELAY: Duration = Duration::from_secs(1);
/// Between two readings of the facts, while products change all the time.
const READ_INTERVAL: Duration = Duration::from_millis(250);

#[derive(Clone, Debug, Default)]
pub struct Facts {
    pub categories: Vec<Category>,
    /// What most of the newest products are offered in.
    pub usual: Option<Currency>,
    /// Where the newest products are, the most frequent first.
    pub places: Vec<String>,
}

#[derive(Clone)]
pub struct Catalogue {
    db: PgPool,
    version: Arc<AtomicU64>,
    is_listening: Arc<AtomicBool>,
    facts: Arc<watch::Sender<Option<Arc<Facts>>>>,
    /// Rises whenever something may have changed.
    changes: Arc<watch::Sender<u64>>,
    /// Rises when search indexes are to be built anew.
    rebuilds: Arc<watch::Sender<u64>>,
}

impl Catalogue {
    /// And listens.
    pub fn start(db: &PgPool, supervisor: &Supervisor) -> Self {
        let catalogue = Catalogue {
            db: db.clone(),
            version: Arc::default(),
            is_listening: Arc::default(),
            facts: Arc::default(),
            changes: Arc::default(),
            rebuilds: Arc::default(),
        };
        supervisor.spawn("products.catalogue", Policy::Background, {
            let catalogue = catalogue.clone();
            move || catalogue.clone().run()
        });
        catalogue
    }

    /// None while changes might be missed.
    pub fn version(&self) -> Option<u64> {
        self.is_listening.load(Ordering::Acquire).then(|| self.version.load(Ordering::Acquire))
    }

    /// Something may have changed.
    pub fn bump(&self) {
        self.version.fetch_add(1, Ordering::AcqRel);
        self.changes.send_modify(|changes| *changes += 1);
    }

    /// Hints that something may have changed.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    /// Hears of [`rebuild_indexes`].
    pub fn rebuilds(&self) -> watch::Receiver<u64> {
        self.rebuilds.subscribe()
    }

    /// From memory, at most a moment old; from the database while nothing is for sale or nobody listens.
    pub async fn facts(&self) -> Result<Arc<Facts>> {
        let known = self.facts.borrow().clone();
        match known {
            Some(facts) if self.version().is_some() && facts.usual.is_some() => Ok(facts),
            _ => Ok(Arc::new(read(&self.db).await?)),
        }
    }

    /// Reads the facts anew; what was made with the old ones isn't found any more. An admin who changes the categories
    /// calls it, and finds them changed on the next page.
    pub async fn reload(&self) -> sqlx::Result<()> {
        let facts = read(&self.db).await?;
        self.facts.send_replace(Some(Arc::new(facts)));
        self.bump();
        Ok(())
    }

    /// For ever.
    async fn run(self) {
        loop {
            if let Err(error) = self.listen().await {
                tracing::warn!(%error, "changes of the catalogue aren't heard; nothing is kept meanwhile");
            }
            self.is_listening.store(false, Ordering::Release);
            sleep(RETRY_DELAY).await;
        }
    }

    /// Until the connection is lost.
    async fn listen(&self) -> sqlx::Result<()> {
        let mut listener = db::listen(&self.db, CHANNEL).await?;
        self.reload().await?;
        self.is_listening.store(true, Ordering::Release);
        let mut read_at: Option<Instant> = None;
        loop {
            tokio::select! {
                heard = listener.try_recv() => {
                    let Some(heard) = heard? else { return Ok(()) };
                    if heard.payload() == REBUILD {
                        self.rebuilds.send_modify(|rebuilds| *rebuilds += 1);
                    }
                    self.bump();
                    read_at.get_or_insert_with(|| Instant::now() + READ_INTERVAL);
                }
                () = sleep_until(read_at.unwrap_or_else(Instant::now)), if read_at.is_some() => {
                    self.reload().await?;
                    read_at = None;
                }
            }
        }
    }
}

/// Every node builds its search index anew, and answers from the old one meanwhile.
pub async fn rebuild_indexes(db: &PgPool) -> sqlx::Result<()> {
    store::notify(db, CHANNEL, REBUILD).await
}

async fn read(db: &PgPool) -> sqlx::Result<Facts> {
    let usual = store::browse::usual_currency(db).await?;
    Ok(Facts {
        categories: store::categories::all(db).await?,
        usual: usual.and_then(|code| Currency::from_code(&code)),
        places: store::browse::places(db).await?,
    })
}

/// The layer: whoever has just changed something sees it in the next list, before the notification has come around.
/// Conversations aren't part of the catalogue, and are most of what is written.
pub async fn note_changes(State(catalogue): State<Catalogue>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let is_talk = path.starts_with("/rooms/") || path.starts_with("/api/v1/rooms/");
    let may_change = !matches!(*request.method(), Method::GET | Method::HEAD) && !is_talk;
    let response = next.run(request).await;
    if may_change {
        catalogue.bump();
    }
    response
}
