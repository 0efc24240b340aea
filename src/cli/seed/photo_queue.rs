//! A queue of pending photos in PostgreSQL, worked through in the background and resumed after an
//! interrupted start. Each row is deleted in the transaction that adds its photo: exactly once.

use axum::body::Bytes;
use rust_embed::RustEmbed;
use sqlx::{PgConnection, PgPool};
use tokio::task::{JoinError, JoinSet};

use super::{
    error::SeedError,
    product_photo::{self, StudioSetup},
};
use crate::products::{
    self,
    photos::{self, Photo, Processed, Uploads},
    stored_photos,
};

#[derive(RustEmbed)]
#[folder = "demo/photos/"]
struct DemoPhotos;

/// Photos rendered at the same time. They share the permits of [`photos::process`] with people's
/// own.
const MAX_CONCURRENT_PHOTOS: usize = 2;

struct PendingPhoto {
    product_id: i64,
    position: i32,
    file: String,
    /// The product has this picture before this position as well.
    repeated: bool,
}

/// Renders the pending photos; calls `progress(done, total)` after each.
pub async fn compose_pictures(
    db: PgPool,
    uploads: Uploads,
    mut progress: impl FnMut(usize, usize),
) -> Result<(), SeedError> {
    let pending = pending(&db).await?;
    let total = pending.len();
    let mut done = 0;
    let mut rendering = JoinSet::new();
    let mut finish = |one: Result<Result<(), SeedError>, JoinError>| {
        one.map_err(anyhow::Error::from)??;
        done += 1;
        progress(done, total);
        Ok::<_, SeedError>(())
    };
    for photo in pending {
        if rendering.len() == MAX_CONCURRENT_PHOTOS
            && let Some(one) = rendering.join_next().await
        {
            finish(one)?;
        }
        rendering.spawn(make(db.clone(), uploads.clone(), photo));
    }
    while let Some(one) = rendering.join_next().await {
        finish(one)?;
    }
    Ok(())
}

/// Covers first, the newest product's before the others: the first page needs them.
async fn pending(db: &PgPool) -> sqlx::Result<Vec<PendingPhoto>> {
    sqlx::query_as!(
        PendingPhoto,
        r#"SELECT d.product_id, d.position, d.file,
                  EXISTS (SELECT FROM demo_pictures b
                          WHERE b.product_id = d.product_id AND b.file = d.file AND b.position < d.position)
                      AS "repeated!"
           FROM demo_pictures d JOIN products p ON p.id = d.product_id
           ORDER BY d.position > 0, p.created_at DESC, d.position"#
    )
    .fetch_all(db)
    .await
}

async fn make(db: PgPool, uploads: Uploads, picture: PendingPhoto) -> Result<(), SeedError> {
    let processed = render(&picture).await?;
    let key =
        stored_photos::save(&db, &uploads, None, None, &processed).await.map_err(anyhow::Error::from)?;
    let photo = Photo { key, width: processed.width, height: processed.height };
    let mut tx = db.begin().await?;
    // Another process may work through the same queue: whoever deletes the row adds the photo.
    if mark_done(&mut tx, &picture).await? {
        let position = free_position(&mut tx, &picture).await?;
        products::add_photo(&mut tx, picture.product_id, position, &photo).await?;
        show_in_rooms(&mut tx, picture.product_id).await?;
        tx.commit().await?;
    } else {
        drop(tx);
        stored_photos::discard(&db, &uploads, &[photo.key]).await;
    }
    Ok(())
}

async fn render(picture: &PendingPhoto) -> Result<Processed, SeedError> {
    let name = picture.file.clone();
    let file =
        DemoPhotos::get(&format!("{name}.webp")).ok_or_else(|| SeedError::unknown("picture", &name))?;
    let setup = StudioSetup::of(picture.product_id, picture.position, picture.repeated);
    let composed = tokio::task::spawn_blocking(move || product_photo::product_photo(&file.data, setup))
        .await
        .map_err(anyhow::Error::from)?
        .map_err(|source| SeedError::Compose { name: name.clone(), source })?;
    photos::process(Bytes::from(composed)).await.map_err(|source| SeedError::PhotoRejected { name, source })
}

/// Deletes the pending row; false if another process has.
async fn mark_done(tx: &mut PgConnection, picture: &PendingPhoto) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "DELETE FROM demo_pictures WHERE product_id = $1 AND position = $2",
        picture.product_id,
        picture.position
    )
    .execute(tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// The picture's own place, or the end if the seller has put another there meanwhile.
async fn free_position(tx: &mut PgConnection, picture: &PendingPhoto) -> sqlx::Result<i32> {
    sqlx::query!("SELECT id FROM products WHERE id = $1 FOR UPDATE", picture.product_id)
        .fetch_one(&mut *tx)
        .await?;
    sqlx::query_scalar!(
        r#"SELECT CASE WHEN bool_or(position = $2) THEN max(position) + 1 ELSE $2 END AS "position!"
           FROM photos WHERE product_id = $1"#,
        picture.product_id,
        picture.position
    )
    .fetch_one(tx)
    .await
}

/// Entries that introduced the product before it had a cover get it too.
async fn show_in_rooms(tx: &mut PgConnection, product_id: i64) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE messages e SET product_photo = f.key FROM photos f
         WHERE f.product_id = $1 AND f.position = 0
           AND e.product_id = $1 AND e.starts_product AND e.product_photo IS NULL",
        product_id
    )
    .execute(&mut *tx)
    .await?;
    sqlx::query!(
        "UPDATE post_messages e SET product_photo = f.key FROM photos f
         WHERE f.product_id = $1 AND f.position = 0
           AND e.product_id = $1 AND e.starts_product AND e.product_photo IS NULL",
        product_id
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// The pictures there are, without their ending.
#[cfg(test)]
pub(super) fn names() -> Vec<String> {
    DemoPhotos::iter().filter_map(|file| Some(file.strip_suffix(".webp")?.to_owned())).collect()
}
