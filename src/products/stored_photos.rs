//! Which photos are in the store and whether a row names them: an intent log over everything that is written there
//! (C19), in a folder and in a bucket, of products and of conversations.
//!
//! ```text
//! save: row 'pending' → files ─→ the row that names it → 'named' ─→ taken from it → 'doomed' → files gone → 'removed'
//!                              ↘ nobody named it for a day ──────────────────────↗
//! ```
//!
//! Naming a photo and taking it away happen in the transaction of whoever does it, or, where that can't be, are looked
//! at by the sweep. Invariant: every photo in the store is named by a row, or has one here that the sweep will come to. What
//! is doomed is never named again, so that no row ever names files that are being removed.

use sqlx::{PgConnection, PgExecutor, PgPool};
use time::OffsetDateTime;

use super::{
    photos::{Inventory, PhotoKey, Processed, Uploads},
    quota::{PhotoQuota, QuotaReached},
    store::{photos, stored_photos as store},
};

/// Why a photo isn't in the store.
#[derive(Debug, thiserror::Error)]
pub enum SaveError {
    #[error(transparent)]
    Database(#[from] sqlx::Error),
    #[error(transparent)]
    Store(#[from] std::io::Error),
    #[error("{0}")]
    OverQuota(QuotaReached),
}

/// Stores a photo's files under a new key, which whoever calls this names next. `uploads`: the folder that it is for;
/// `account_id`: none for a visitor; `quota`: none for the demo.
pub async fn save(
    db: &PgPool,
    uploads: &Uploads,
    account_id: Option<i64>,
    quota: Option<&PhotoQuota>,
    photo: &Processed,
) -> Result<PhotoKey, SaveError> {
    let key = PhotoKey::random();
    let bytes = photo.bytes() as i64;
    let mut tx = db.begin().await?;
    if let Some(quota) = quota {
        check_quota(&mut tx, account_id, quota, bytes).await?;
    }
    store::insert_pending(&mut *tx, uploads.folder(), &[key.to_string()], account_id, bytes).await?;
    tx.commit().await?;
    if let Err(error) = uploads.save_as(&key, photo).await {
        // Whatever is in the way of writing is in the way of removing it too: it is swept later.
        store::set_doomed(db, uploads.folder(), &[key]).await?;
        return Err(error.into());
    }
    Ok(key)
}

async fn check_quota(
    tx: &mut PgConnection,
    account_id: Option<i64>,
    quota: &PhotoQuota,
    bytes: i64,
) -> Result<(), SaveError> {
    let Some(account_id) = account_id else {
        let stored = store::of_visitors(tx).await?;
        return PhotoQuota::check_visitors(stored, bytes).map_err(SaveError::OverQuota);
    };
    let (stored, now) = (store::lock_stored(tx, account_id).await?, OffsetDateTime::now_utc());
    quota.check_in_all(&stored, bytes).map_err(SaveError::OverQuota)?;
    let room = quota.day_of(&stored, now) - bytes;
    if stored.last_day > room {
        let then = store::full_since(tx, account_id, room).await?.unwrap_or(now);
        return Err(SaveError::OverQuota(quota.day_reached(&stored, then, now)));
    }
    Ok(())
}

/// Rows for photos whose files are made by other means, before they are: the demo's.
pub async fn note_pending(db: impl PgExecutor<'_>, keys: &[PhotoKey]) -> sqlx::Result<()> {
    let keys: Vec<String> = keys.iter().map(PhotoKey::to_string).collect();
    store::insert_pending(db, "", &keys, None, 0).await
}

/// A row names these now: in its transaction, or after it.
pub async fn set_named(db: impl PgExecutor<'_>, keys: &[PhotoKey]) -> sqlx::Result<()> {
    let keys: Vec<String> = keys.iter().map(PhotoKey::to_string).collect();
    store::set_named(db, &keys, None).await.map(drop)
}

/// The row that names this may be about to go: the next sweep looks, if nobody says before what became of it.
pub async fn set_doubtful(db: &PgPool, uploads: &Uploads, key: &PhotoKey) -> sqlx::Result<()> {
    store::set_doubtful(db, uploads.folder(), std::slice::from_ref(key)).await
}

/// Removes what no row names. What can't be removed now is left to the sweep; what can't even be written down was
/// pending before, and is left to it too.
pub async fn discard(db: &PgPool, uploads: &Uploads, keys: &[PhotoKey]) {
    let discarded = async {
        store::set_doomed(db, uploads.folder(), keys).await?;
        remove_files(db, uploads, keys).await
    };
    if let Err(error) = discarded.await {
        tracing::warn!(%error, "photos could not be removed; they are swept later");
    }
}

/// Of photos that are doomed.
pub(super) async fn remove_files(db: &PgPool, uploads: &Uploads, keys: &[PhotoKey]) -> anyhow::Result<()> {
    for key in keys {
        uploads.remove(key).await?;
    }
    Ok(store::set_removed(db, keys).await?)
}

/// Photos in conversations that the sweep has to ask the entries about: their folders and keys.
pub async fn pending_in_rooms(db: &PgPool) -> sqlx::Result<Vec<(String, PhotoKey)>> {
    let rows = store::pending_in_rooms(db).await?;
    Ok(rows.into_iter().filter_map(|(folder, key)| Some((folder, key.parse().ok()?))).collect())
}

/// One that nothing names any longer: of those, or what its namer has given up, in its transaction.
pub async fn set_doomed(db: impl PgExecutor<'_>, folder: &str, key: &PhotoKey) -> sqlx::Result<()> {
    store::set_doomed(db, folder, std::slice::from_ref(key)).await
}

/// Rows for what is in the store and has none: it was stored before there were such rows, or the backup that brought it
/// was made in the middle of an upload. The sweep asks a day later whether anything names it. How many those were.
pub async fn note_unknown(db: &PgPool, inventory: &Inventory) -> sqlx::Result<u64> {
    let mut noted = 0;
    let mut photos = inventory.photos().peekable();
    while photos.peek().is_some() {
        let part = photos.by_ref().take(10_000);
        let (folders, keys): (Vec<_>, Vec<_>) =
            part.map(|(folder, key)| (folder.to_owned(), key.to_string())).unzip();
        noted += store::insert_unknown(db, &folders, &keys).await?;
    }
    Ok(noted)
}

/// Removed together, between two looks at the database.
const BATCH: i64 = 100;
/// After so many that couldn't be removed, the next run goes on.
const MAX_FAILURES: usize = 10;

/// Removes the files of everything that no row names: of forms and messages that were never finished, of products
/// deleted long ago, and what couldn't be removed when it was due. Idempotent, on any node.
pub async fn sweep(db: &PgPool, uploads: &Uploads) -> anyhow::Result<()> {
    photos::sweep_drafts(db, None).await?;
    while photos::sweep_deleted(db).await? > 0 {}
    while store::settle_of_products(db).await? > 0 {}
    let (mut after, mut failures) = (String::new(), Vec::new());
    while failures.len() < MAX_FAILURES {
        let doomed = store::doomed(db, &after, BATCH).await?;
        let Some((_, last)) = doomed.last() else { break };
        after.clone_from(last);
        for (folder, key) in &doomed {
            // The column's check allows nothing but keys.
            let key: PhotoKey = key.parse()?;
            // One that can't be removed keeps none of the others, unless the store is away.
            if let Err(error) = remove_files(db, &uploads.subfolder(folder.as_str()), &[key]).await {
                failures.push(error);
                if failures.len() == MAX_FAILURES {
                    break;
                }
            }
        }
    }
    store::forget_removed(db).await?;
    failures.pop().map_or(Ok(()), Err)
}
