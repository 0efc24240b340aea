//! What can happen to a product, whoever asks for it.

use std::time::Duration;

use sqlx::{PgExecutor, PgPool};

use super::{
    Photo,
    form::ProductDraft,
    photos::{PhotoKey, Processed, Uploads},
    store,
};
use crate::web::Result;

/// Lists a product, with photos that are drafts of its seller's.
pub(super) async fn create(
    db: &PgPool,
    seller_id: i64,
    draft: &ProductDraft,
    photos: &[Photo],
) -> Result<i64> {
    let mut tx = db.begin().await?;
    let id = store::product::insert(&mut *tx, seller_id, draft).await?;
    store::photos::set_of_product(&mut tx, id, seller_id, photos).await?;
    tx.commit().await?;
    Ok(id)
}

/// Changes a product; nothing, if it isn't this seller's. Answers the photos that it has no longer,
/// whose files nobody needs.
pub(super) async fn update(
    db: &PgPool,
    id: i64,
    seller_id: i64,
    draft: &ProductDraft,
    photos: &[Photo],
) -> Result<Option<Vec<PhotoKey>>> {
    let mut tx = db.begin().await?;
    if !store::product::update(&mut *tx, id, seller_id, draft).await? {
        return Ok(None);
    }
    let removed = store::photos::set_of_product(&mut tx, id, seller_id, photos).await?;
    tx.commit().await?;
    Ok(Some(removed))
}

/// Stores one more photo of a product, at a place where it has none; 0 is the cover.
pub async fn add_photo(
    db: impl PgExecutor<'_>,
    uploads: &Uploads,
    product_id: i64,
    position: i32,
    processed: &Processed,
) -> anyhow::Result<()> {
    let key = uploads.save(processed).await?;
    let photo = Photo { key, width: processed.width, height: processed.height };
    Ok(store::photos::insert(db, product_id, position, &photo).await?)
}

/// The products with a photo whose files aren't there, once for each such photo.
pub async fn missing_photos(db: impl PgExecutor<'_>, uploads: &Uploads) -> anyhow::Result<Vec<i64>> {
    let mut missing = Vec::new();
    for (product_id, key) in store::photos::all(db).await? {
        if !uploads.has(&key).await? {
            missing.push(product_id);
        }
    }
    Ok(missing)
}

/// Photos in the making are left alone for so long.
const UPLOAD_TTL: Duration = Duration::from_secs(24 * 60 * 60);

/// Removes the files of photos that no row names and that are older than a day, and what uploads that were cut off
/// have left.
pub async fn sweep_uploads(db: &PgPool, uploads: &Uploads) -> anyhow::Result<()> {
    uploads.remove_incoming(UPLOAD_TTL).await?;
    for keys in uploads.older_than(UPLOAD_TTL).await?.chunks(500) {
        let named = store::photos::named(db, keys).await?;
        for key in keys.iter().filter(|key| !named.contains(key.as_str())) {
            uploads.remove(key).await?;
        }
    }
    Ok(())
}

/// Hides a product from everybody but its seller and admins, or shows it again. Answers its title;
/// nothing, if there was nothing to change.
pub async fn set_hidden(db: impl PgExecutor<'_>, product_id: i64, hidden: bool) -> Result<Option<String>> {
    Ok(store::product::set_hidden(db, product_id, hidden).await?)
}

/// Takes everything that a seller offers out of sight while they are suspended, and puts it back.
pub async fn set_seller_paused(db: impl PgExecutor<'_>, seller_id: i64, paused: bool) -> Result<()> {
    Ok(store::product::set_paused(db, seller_id, paused).await?)
}
