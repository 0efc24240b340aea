//! Covers for the newest products: the demo's pictures again, as hard links, so that they take no room on the disk.

use sqlx::PgPool;

use crate::{
    cli::seed::error::SeedError,
    products::{
        photos::{PhotoKey, Uploads},
        stored_photos,
    },
};

/// So many of the newest products without a photo get one of the photos there are.
pub async fn link_covers(db: &PgPool, uploads: &Uploads, covers: u64) -> Result<u64, SeedError> {
    let photos: Vec<(String, i32, i32)> =
        sqlx::query_as("SELECT key, width, height FROM photos ORDER BY id").fetch_all(db).await?;
    if photos.is_empty() {
        return Ok(0);
    }
    let products: Vec<i64> = sqlx::query_scalar(
        "SELECT id FROM products p WHERE NOT EXISTS (SELECT FROM photos f WHERE f.product_id = p.id)
         ORDER BY created_at DESC, id DESC LIMIT $1",
    )
    .bind(covers as i64)
    .fetch_all(db)
    .await?;
    let mut linked = 0;
    for part in products.chunks(1_000) {
        let (mut ids, mut keys, mut widths, mut heights) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let copies: Vec<PhotoKey> = part.iter().map(|_| PhotoKey::random()).collect();
        stored_photos::note_pending(db, &copies).await?;
        for (&product_id, copy) in part.iter().zip(&copies) {
            let (key, width, height) = &photos[product_id.unsigned_abs() as usize % photos.len()];
            let Ok(source) = key.parse::<PhotoKey>() else { continue };
            uploads.link(&source, copy).await.map_err(anyhow::Error::from)?;
            ids.push(product_id);
            keys.push(copy.to_string());
            widths.push(*width);
            heights.push(*height);
        }
        linked += sqlx::query(
            "INSERT INTO photos (product_id, position, key, width, height)
             SELECT product_id, 0, key, width, height
             FROM unnest($1::bigint[], $2::text[], $3::integer[], $4::integer[]) AS p (product_id, key, width, height)",
        )
        .bind(ids)
        .bind(keys)
        .bind(widths)
        .bind(heights)
        .execute(db)
        .await?
        .rows_affected();
        stored_photos::set_named(db, &copies).await?;
    }
    Ok(linked)
}
