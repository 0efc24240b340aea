//! Searches that found nothing, counted in memory and written together, for the admin to read: what people would buy, and
//! which synonyms are missing. No word of who searched.

use std::{collections::HashMap, sync::Arc, time::Duration};

use parking_lot::Mutex;
use sqlx::PgPool;
use tokio_util::sync::CancellationToken;

use super::{index::fold::fold, query::Filters, store};

const FLUSH_INTERVAL: Duration = Duration::from_secs(10);
/// Different ones between two writes; more are somebody's joke.
const MAX_UNWRITTEN: usize = 500;
const MAX_LETTERS: usize = 60;

#[derive(Clone, Default)]
pub struct MissedSearches(Arc<Mutex<HashMap<String, i32>>>);

impl MissedSearches {
    /// Of words alone: where filters narrow the list, nobody knows what spoilt it.
    pub(super) fn record(&self, filters: &Filters) {
        let Some(words) = filters.words.as_deref().filter(|_| filters.count() == 0) else { return };
        let question: String = fold(words).chars().take(MAX_LETTERS).collect();
        let mut missed = self.0.lock();
        if missed.len() < MAX_UNWRITTEN || missed.contains_key(&question) {
            *missed.entry(question).or_default() += 1;
        }
    }

    /// Writes what was counted since the last time. What can't be written is forgotten: it is a hint, not a fact.
    pub async fn flush(&self, db: &PgPool) -> sqlx::Result<()> {
        let missed = std::mem::take(&mut *self.0.lock());
        if missed.is_empty() {
            return Ok(());
        }
        let (questions, counts): (Vec<String>, Vec<i32>) = missed.into_iter().unzip();
        store::words::add_missed(db, &questions, &counts).await
    }

    /// Writes periodically, and a last time at the end.
    pub async fn run(self, db: PgPool, stop: CancellationToken) {
        loop {
            let stopped = tokio::time::timeout(FLUSH_INTERVAL, stop.cancelled()).await.is_ok();
            if let Err(error) = self.flush(&db).await {
                tracing::warn!(%error, "searches that found nothing could not be written");
            }
            if stopped {
                return;
            }
        }
    }
}
