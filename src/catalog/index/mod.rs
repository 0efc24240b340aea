//! The search index: Tantivy, embedded, one in each node (`search/` in its data directory).
//!
//! ```text
//! products, photos → product_changes → feed.rs → index         PostgreSQL is the truth; this is a cache of it
//! question.rs → plan.rs → search.rs → collect.rs → numbers     whoever asks reads the products' rows by these
//! ```
//!
//! `words.rs` and `fold.rs` take texts apart, `schema.rs` says what is kept of a product, `folder.rs` where it lies.
//!
//! Invariant: what is listed in the database is in every node's index, within a second, and nothing else; and whoever
//! shows what was found asks the database whether it is listed now, so what was hidden a moment ago never shows.

mod collect;
mod facets;
mod feed;
pub mod fold;
mod folder;
pub(super) mod mark;
mod opened;
mod plan;
pub mod question;
pub(super) mod schema;
mod search;
mod suggest;
pub mod synonyms;
mod typos;
mod verify;
pub mod words;

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use parking_lot::RwLock;
use sqlx::PgPool;
use tantivy::TantivyError;
use tokio::{sync::watch, task::spawn_blocking, time::sleep};

use feed::{Followed, Progress};
use opened::Opened;
use search::Run;
use synonyms::Synonyms;

pub use collect::{Order, SortKey};
pub use facets::{Facets, Tally, TallyKey};
pub use folder::IndexHome;
pub use schema::micros;
pub use search::{Cursor, Hits, Search, Total};
pub use suggest::{Completions, continuation};
pub use verify::{Differences, verify};
pub use words::Language;

use crate::{
    catalog,
    jobs::{Policy, Supervisor},
    products::Catalogue,
    web::LiveMarketplace,
};

/// Besides hints, so often.
const LOOK_INTERVAL: Duration = Duration::from_secs(2);
/// While an open transaction holds changes back, so often at first, and at last.
const HELD_BACK_INTERVAL: Duration = Duration::from_millis(20);
const MAX_HELD_BACK: Duration = Duration::from_millis(500);
const RETRY_DELAY: Duration = Duration::from_secs(2);

/// This node's index. Until it is built, and whenever it can't be used, there is none.
#[derive(Clone)]
pub struct SearchIndex(Arc<Parts>);

struct Parts {
    db: PgPool,
    catalogue: Catalogue,
    marketplace: LiveMarketplace,
    opened: RwLock<Option<Arc<Opened>>>,
    synonyms: RwLock<Arc<Synonyms>>,
    /// Readings of the changes are numbered: the last that began, and the last that left nothing.
    begun: AtomicU64,
    done: watch::Sender<u64>,
    asked: watch::Sender<u64>,
}

impl SearchIndex {
    pub fn new(db: &PgPool, catalogue: &Catalogue, marketplace: &LiveMarketplace) -> Self {
        SearchIndex(Arc::new(Parts {
            db: db.clone(),
            catalogue: catalogue.clone(),
            marketplace: marketplace.clone(),
            opened: RwLock::default(),
            synonyms: RwLock::default(),
            begun: AtomicU64::new(0),
            done: watch::Sender::new(0),
            asked: watch::Sender::new(0),
        }))
    }

    /// Opens or builds it there, and follows the changes for ever.
    pub fn start(&self, home: IndexHome, supervisor: &Supervisor) {
        let index = self.clone();
        supervisor.spawn("catalog.index", Policy::Background, move || index.clone().run(home.clone()));
    }

    /// What fits; none while there is no index.
    pub async fn search(&self, search: Search) -> Option<Hits> {
        self.ask(move |run| run.search(&search)).await
    }

    /// How many are listed, or of a category and a currency, and the counts of the choices.
    pub async fn tally(&self, part: TallyKey) -> Option<Tally> {
        self.ask(move |run| run.tally(part)).await
    }

    pub async fn count(&self, search: Search) -> Option<u64> {
        self.ask(move |run| run.count(&search)).await
    }

    /// How a question may go on.
    pub async fn complete(&self, text: String, limit: usize) -> Option<Completions> {
        self.ask(move |run| run.complete(&text, limit)).await
    }

    /// How many products are in it.
    pub fn indexed_count(&self) -> Option<u64> {
        self.0.opened.read().as_ref().map(|opened| opened.searcher().num_docs())
    }

    pub fn is_open(&self) -> bool {
        self.0.opened.read().is_some()
    }

    pub fn language(&self) -> Language {
        Language::of_country(self.0.marketplace.current().country.as_deref())
    }

    /// Waits until everything that was committed before is in it; for whoever needs it at once, as tests do.
    pub async fn catch_up(&self) {
        let mut done = self.0.done.subscribe();
        let next = self.0.begun.load(Ordering::Acquire) + 1;
        self.0.asked.send_modify(|asked| *asked += 1);
        let _ = done.wait_for(|done| *done >= next).await;
    }

    async fn ask<T: Send + 'static>(
        &self,
        ask: impl FnOnce(Run<'_>) -> tantivy::Result<T> + Send + 'static,
    ) -> Option<T> {
        let opened = self.0.opened.read().clone()?;
        let synonyms = self.0.synonyms.read().clone();
        let answer = spawn_blocking(move || {
            ask(Run { opened: &opened, synonyms: &synonyms, searcher: opened.searcher() })
        });
        match answer.await {
            Ok(Ok(answer)) => Some(answer),
            Ok(Err(error)) => {
                tracing::error!(%error, "the search index can't answer");
                // Only what can't be read is worth a new one, and no question that somebody asks.
                let is_damaged = matches!(
                    error,
                    TantivyError::IoError(_)
                        | TantivyError::OpenReadError(_)
                        | TantivyError::DataCorruption(_)
                );
                if is_damaged {
                    *self.0.opened.write() = None;
                }
                None
            }
            Err(error) => {
                tracing::error!(%error, "a search panicked");
                None
            }
        }
    }

    /// For ever; what fails is tried again (retry), and the index in use answers meanwhile.
    async fn run(self, home: IndexHome) {
        loop {
            if let Err(error) = self.follow(&home).await {
                tracing::warn!(
                    error = format!("{error:#}"),
                    "the search index doesn't follow the changes just now"
                );
                sleep(RETRY_DELAY).await;
            }
        }
    }

    async fn follow(&self, home: &IndexHome) -> anyhow::Result<()> {
        let Parts { db, catalogue, opened, .. } = &*self.0;
        let (mut changes, mut rebuilds) = (catalogue.changes(), catalogue.rebuilds());
        let mut asked = self.0.asked.subscribe();
        let language = self.language();
        let clean = || {
            let home = home.clone();
            spawn_blocking(move || home.clean())
        };
        let mut followed = match Followed::resume(db, home, language).await? {
            Some(followed) => followed,
            None => {
                // What other buildings left that came to no end.
                clean().await??;
                Followed::build(db, home, language).await?
            }
        };
        *opened.write() = Some(followed.opened.clone());
        clean().await??;
        let mut synonyms_at: Option<Instant> = None;
        let mut held_back = HELD_BACK_INTERVAL;
        loop {
            // Whatever was hinted until now is read now.
            changes.mark_unchanged();
            asked.mark_unchanged();
            let number = self.0.begun.fetch_add(1, Ordering::AcqRel) + 1;
            if synonyms_at.is_none_or(|at| at.elapsed() >= LOOK_INTERVAL) {
                *self.0.synonyms.write() = Arc::new(catalog::synonyms::load(db, language).await?);
                synonyms_at = Some(Instant::now());
            }
            let progress = followed.catch_up(db).await?;
            if progress == Progress::Done {
                self.0.done.send_replace(number);
            }
            let is_spent =
                progress == Progress::TooOld || self.language().name() != language.name() || !self.is_open();
            if is_spent || rebuilds.has_changed()? {
                rebuilds.borrow_and_update();
                let forgetting = home.clone();
                spawn_blocking(move || forgetting.forget()).await??;
                return Ok(());
            }
            // Back-off: most open transactions are over in a moment, an import in minutes.
            let pause = if progress == Progress::HeldBack { held_back } else { LOOK_INTERVAL };
            held_back = if progress == Progress::HeldBack {
                (held_back * 2).min(MAX_HELD_BACK)
            } else {
                HELD_BACK_INTERVAL
            };
            tokio::select! {
                _ = changes.changed() => {}
                _ = asked.changed() => {}
                _ = rebuilds.changed() => rebuilds.mark_changed(),
                () = sleep(pause) => {}
            }
        }
    }
}
