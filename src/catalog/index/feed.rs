//! The change feed: each node's index follows the database.
//!
//! ```text
//! start     index in use, of this version, of this database, read within a day?  yes → go on from its mark
//!                                                                                no  → build beside it, then put in use
//! change    commit + row of product_changes → NOTIFY catalogue (a hint), or a look every 2 s
//!           → the changes after the mark, in their order → products as they are now → one commit with the new mark
//! ```
//!
//! Invariant: an index has every change up to its mark, and the mark is committed with it. A change is read as "look at
//! this product again", so reading one twice changes nothing (idempotent).

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use parking_lot::Mutex;
use sqlx::PgPool;
use tantivy::{Index, IndexWriter, TantivyError, Term};
use tokio::{task::spawn_blocking, time::sleep};

use super::{
    folder::IndexHome,
    mark::{Identity, Mark},
    opened::Opened,
    schema::{Fields, IndexedProduct},
    words::Language,
};
use crate::catalog::store;

/// Changes that are read together.
const BATCH: i64 = 2_000;
/// Products that are built together.
const BUILD_BATCH: i64 = 5_000;
/// Memory of a writer, in bytes: what is written goes to disk as a segment when it is full.
const WRITER_MEMORY: usize = 32 << 20;
const BUILD_MEMORY: usize = 96 << 20;
/// Between two commits while changes come.
const COMMIT_INTERVAL: Duration = Duration::from_millis(200);
/// Changes are kept for a day (`store::changes::sweep`); who comes later than this builds anew.
const MAX_AGE: i64 = 23 * 60 * 60;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Progress {
    /// It has all that is committed.
    Done,
    /// Changes are committed that mustn't be read yet: a transaction that began before them is still open.
    HeldBack,
    /// Changes that it hasn't read are forgotten.
    TooOld,
}

/// An index, and whoever writes it.
pub(super) struct Followed {
    pub opened: Arc<Opened>,
    writer: Arc<Mutex<IndexWriter>>,
    mark: Mark,
    committed_at: Option<Instant>,
}

impl Followed {
    fn open(index: Index, mark: Mark, language: Language, memory: usize) -> tantivy::Result<Self> {
        let writer = index.writer_with_num_threads(1, memory)?;
        let opened = Arc::new(Opened::new(index, language)?);
        Ok(Followed { opened, writer: Arc::new(Mutex::new(writer)), mark, committed_at: None })
    }

    /// The index in use, if it can be opened and follow the changes from where it is.
    pub async fn resume(db: &PgPool, home: &IndexHome, language: Language) -> anyhow::Result<Option<Self>> {
        let home = home.clone();
        let opened = spawn_blocking(move || {
            let Some(index) = home.open()? else { return Ok(None) };
            let payload = index.load_metas()?.payload;
            Ok(Mark::read(payload.as_deref()).map(|mark| (index, mark)))
        });
        let Some((index, mark)) = or_damaged(opened.await?)?.flatten() else { return Ok(None) };
        if mark.identity != identity(db, language).await? {
            return Ok(None);
        }
        let mut conn = db.acquire().await?;
        let (_, now) = store::changes::horizon(&mut conn).await?;
        if now - mark.at > MAX_AGE {
            return Ok(None);
        }
        drop(conn);
        or_damaged(spawn_blocking(move || Self::open(index, mark, language, WRITER_MEMORY)).await?)
    }

    /// A new index of everything that is listed, as one snapshot shows it.
    pub async fn build(db: &PgPool, home: &IndexHome, language: Language) -> anyhow::Result<Self> {
        let started = Instant::now();
        let identity = identity(db, language).await?;
        let (index, name) = {
            let home = home.clone();
            spawn_blocking(move || home.create()).await??
        };
        let mut tx = db.begin().await?;
        store::changes::begin_snapshot(&mut tx).await?;
        let (xmin, at) = store::changes::horizon(&mut tx).await?;
        // Whatever isn't below xmin is read again by the feed.
        let mark = Mark { identity, xid: xmin.saturating_sub(1), id: i64::MAX, at };
        let building = {
            let mark = mark.clone();
            spawn_blocking(move || Self::open(index, mark, language, BUILD_MEMORY)).await??
        };
        let (mut last, mut count) = (0, 0);
        let mut adding: Option<tokio::task::JoinHandle<tantivy::Result<()>>> = None;
        loop {
            // The next ones are read while these are taken apart.
            let products = store::changes::all_after(&mut *tx, last, BUILD_BATCH).await?;
            if let Some(adding) = adding.take() {
                adding.await??;
            }
            let Some(product) = products.last() else { break };
            (last, count) = (product.id, count + products.len());
            let (writer, fields) = (building.writer.clone(), building.opened.fields);
            adding = Some(spawn_blocking(move || {
                let writer = writer.lock();
                products
                    .iter()
                    .try_for_each(|product| writer.add_document(fields.document(product, language)).map(drop))
            }));
        }
        tx.commit().await?;
        let home = home.clone();
        let followed = spawn_blocking(move || -> anyhow::Result<Self> {
            let Followed { opened, writer, mark, .. } = building;
            commit(&mut writer.lock(), &mark)?;
            // Merges, and the memory that only a building needs.
            if let Some(writer) = Arc::into_inner(writer) {
                writer.into_inner().wait_merging_threads()?;
            }
            opened.reload()?;
            let writer = Arc::new(Mutex::new(opened.index.writer_with_num_threads(1, WRITER_MEMORY)?));
            home.put_in_use(&name)?;
            Ok(Followed { opened, writer, mark, committed_at: None })
        })
        .await??;
        tracing::info!(
            products = count,
            seconds = started.elapsed().as_secs_f32(),
            "the search index is built"
        );
        Ok(followed)
    }

    /// Reads the changes after the mark, all that can be read now.
    pub async fn catch_up(&mut self, db: &PgPool) -> anyhow::Result<Progress> {
        loop {
            let mut conn = db.acquire().await?;
            let reading = store::changes::after(&mut conn, &self.mark, BATCH).await?;
            let now = reading.at;
            if now - self.mark.at > MAX_AGE {
                return Ok(Progress::TooOld);
            }
            let Some(last) = reading.changes.last() else {
                self.mark.at = now;
                return Ok(if reading.is_held_back { Progress::HeldBack } else { Progress::Done });
            };
            if let Some(at) = self.committed_at {
                sleep(COMMIT_INTERVAL.saturating_sub(at.elapsed())).await;
            }
            let mark = Mark { xid: last.xid, id: last.id, at: now, ..self.mark.clone() };
            let mut ids: Vec<i64> = reading.changes.iter().map(|change| change.product_id).collect();
            ids.sort_unstable();
            ids.dedup();
            let products = store::changes::listed(&mut *conn, &ids).await?;
            drop(conn);
            self.write(ids, products, mark).await?;
            self.committed_at = Some(Instant::now());
        }
    }

    /// These products, as they are now; those of the numbers that aren't among them have gone.
    async fn write(
        &mut self,
        ids: Vec<i64>,
        products: Vec<IndexedProduct>,
        mark: Mark,
    ) -> anyhow::Result<()> {
        let (opened, writer, new_mark) = (self.opened.clone(), self.writer.clone(), mark.clone());
        spawn_blocking(move || -> tantivy::Result<()> {
            let mut writer = writer.lock();
            let fields: Fields = opened.fields;
            for id in ids {
                writer.delete_term(Term::from_field_u64(fields.id, id as u64));
            }
            for product in &products {
                writer.add_document(fields.document(product, opened.language))?;
            }
            commit(&mut writer, &new_mark)?;
            opened.reload()
        })
        .await??;
        self.mark = mark;
        Ok(())
    }
}

/// What can't be opened is built anew; a lock that its last writer hasn't let go of yet is waited for.
fn or_damaged<T>(opened: tantivy::Result<T>) -> anyhow::Result<Option<T>> {
    match opened {
        Ok(opened) => Ok(Some(opened)),
        Err(error @ TantivyError::LockFailure(..)) => Err(error.into()),
        Err(error) => {
            tracing::warn!(%error, "the search index can't be opened and is built anew");
            Ok(None)
        }
    }
}

fn commit(writer: &mut IndexWriter, mark: &Mark) -> tantivy::Result<()> {
    let mut commit = writer.prepare_commit()?;
    commit.set_payload(&mark.payload());
    commit.commit().map(drop)
}

async fn identity(db: &PgPool, language: Language) -> sqlx::Result<Identity> {
    let database = store::changes::identity(db).await?;
    Ok(Identity { database, language: language.name().to_owned() })
}
