//! The to-do list of pictures, worked off in the background.

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
    photos::{self, Processed, Uploads},
};

#[derive(RustEmbed)]
#[folder = "demo/photos/"]
struct Files;

/// How many are made at the same time. People's own photos take turns with them in
/// [`photos::process`].
const MAX_CONCURRENT: usize = 2;

struct PendingPhoto {
    product_id: i64,
    position: i32,
    file: String,
    /// The product has this picture before this position as well.
    repeated: bool,
}

/// Makes the pictures that are still to be made, and tells after each how many of how many are done.
pub async fn compose_pictures(
    db: PgPool,
    uploads: Uploads,
    mut progress: impl FnMut(usize, usize),
) -> Result<(), SeedError> {
    let list = to_do(&db).await?;
    let total = list.len();
    let mut done = 0;
    let mut at_work = JoinSet::new();
    let mut finish = |one: Result<Result<(), SeedError>, JoinError>| {
        one.map_err(anyhow::Error::from)??;
        done += 1;
        progress(done, total);
        Ok::<_, SeedError>(())
    };
    for picture in list {
        if at_work.len() == MAX_CONCURRENT
            && let Some(one) = at_work.join_next().await
        {
            finish(one)?;
        }
        at_work.spawn(make(db.clone(), uploads.clone(), picture));
    }
    while let Some(one) = at_work.join_next().await {
        finish(one)?;
    }
    Ok(())
}

/// Covers first, and of these the newest product's: what the first page shows.
async fn to_do(db: &PgPool) -> sqlx::Result<Vec<PendingPhoto>> {
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
    let photo = render(&picture).await?;
    let mut tx = db.begin().await?;
    // Somebody else may have been faster: two programs may work on one list.
    if mark_done(&mut tx, &picture).await? {
        let position = free_position(&mut tx, &picture).await?;
        // Stopped from here on, the files may stay without a row; the next start makes others.
        products::add_photo(&mut *tx, &uploads, picture.product_id, position, &photo).await?;
        show_in_rooms(&mut tx, picture.product_id).await?;
        tx.commit().await?;
    }
    Ok(())
}

async fn render(picture: &PendingPhoto) -> Result<Processed, SeedError> {
    let name = picture.file.clone();
    let file = Files::get(&format!("{name}.webp")).ok_or_else(|| SeedError::unknown("picture", &name))?;
    let look = StudioSetup::of(picture.product_id, picture.position, picture.repeated);
    let composed = tokio::task::spawn_blocking(move || product_photo::product_photo(&file.data, look))
        .await
        .map_err(anyhow::Error::from)?
        .map_err(|source| SeedError::Compose { name: name.clone(), source })?;
    photos::process(Bytes::from(composed)).await.map_err(|source| SeedError::PhotoRejected { name, source })
}

/// Takes the picture off the list; false if it isn't on it any longer.
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

/// What was said about the product before it had a cover gets it too.
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
    Files::iter().filter_map(|file| Some(file.strip_suffix(".webp")?.to_owned())).collect()
}
