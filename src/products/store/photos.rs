//! Photos of products, and those of forms still being filled in.

use sqlx::{PgConnection, PgExecutor};

use super::super::{
    model::PhotoAudience,
    photos::{Photo, PhotoKey},
};

pub(in super::super) async fn of_product(
    db: impl PgExecutor<'_>,
    product_id: i64,
) -> sqlx::Result<Vec<Photo>> {
    let rows = sqlx::query!(
        "SELECT key, width, height FROM photos WHERE product_id = $1 ORDER BY position",
        product_id
    )
    .fetch_all(db)
    .await?;
    rows.iter().map(|row| Photo::from_row(&row.key, row.width, row.height)).collect()
}

/// Every photo of every product, by the product's id.
pub(in super::super) async fn all(
    db: impl PgExecutor<'_>,
) -> sqlx::Result<impl Iterator<Item = (i64, PhotoKey)>> {
    let rows = sqlx::query!("SELECT product_id, key FROM photos ORDER BY product_id, position")
        .fetch_all(db)
        .await?;
    // The column's check allows nothing but keys.
    Ok(rows.into_iter().filter_map(|row| Some((row.product_id, row.key.parse().ok()?))))
}

/// Whose a photo is and who may see it; nothing, if nobody names it.
pub(in super::super) async fn audience(
    db: impl PgExecutor<'_>,
    key: &PhotoKey,
) -> sqlx::Result<Option<PhotoAudience>> {
    let row = sqlx::query!(
        r#"SELECT p.seller_id, p.state, NULL::boolean AS hides
           FROM photos f JOIN products p ON p.id = f.product_id WHERE f.key = $1
           UNION ALL SELECT seller_id, NULL, NULL FROM photo_drafts WHERE key = $1
           UNION ALL SELECT NULL, NULL, coalesce(c.hides_from_visitors, true)
           FROM accounts a LEFT JOIN customers c ON c.account_id = a.id
           WHERE a.photo_key = $1 AND a.suspended_at IS NULL"#,
        key.as_str()
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(|row| match (row.seller_id, row.hides) {
        (Some(seller_id), _) => PhotoAudience::of_product(seller_id, row.state.as_deref()),
        (None, Some(false)) => PhotoAudience::Everybody,
        (None, _) => PhotoAudience::SignedIn,
    }))
}

/// Adds one photo of a product at its place.
pub(in super::super) async fn insert(
    db: impl PgExecutor<'_>,
    product_id: i64,
    position: i32,
    photo: &Photo,
) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO photos (product_id, position, key, width, height) VALUES ($1, $2, $3, $4, $5)",
        product_id,
        position,
        photo.key.as_str(),
        side(photo.width),
        side(photo.height)
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Makes a stored photo a draft of this seller's; false if it is in the store no longer.
pub(in super::super) async fn insert_draft(
    db: impl PgExecutor<'_>,
    seller_id: i64,
    photo: &Photo,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "WITH named AS (
             UPDATE stored_photos
             SET state = 'named', state_since = now(),
                 account_id = coalesce(account_id, (SELECT account_id FROM customers WHERE id = $2))
             WHERE key = $1 AND state = 'pending' RETURNING key)
         INSERT INTO photo_drafts (key, seller_id, width, height) SELECT key, $2, $3, $4 FROM named",
        photo.key.as_str(),
        seller_id,
        side(photo.width),
        side(photo.height)
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Those of the keys that are drafts of this seller's.
pub(in super::super) async fn drafts(
    db: impl PgExecutor<'_>,
    seller_id: i64,
    keys: &[String],
) -> sqlx::Result<Vec<Photo>> {
    let rows = sqlx::query!(
        "SELECT key, width, height FROM photo_drafts WHERE seller_id = $1 AND key = ANY($2)",
        seller_id,
        keys
    )
    .fetch_all(db)
    .await?;
    rows.iter().map(|row| Photo::from_row(&row.key, row.width, row.height)).collect()
}

/// Makes these the product's photos, in this order: those it has, and drafts of its seller's.
/// Those that it has no longer are doomed; answers their keys.
pub(in super::super) async fn set_of_product(
    tx: &mut PgConnection,
    product_id: i64,
    seller_id: i64,
    photos: &[Photo],
) -> sqlx::Result<Vec<PhotoKey>> {
    let removed = keep_of_product(tx, product_id, photos).await?;
    sqlx::query!(
        "WITH adopted AS (
             DELETE FROM photo_drafts WHERE seller_id = $2 AND key = ANY($3) RETURNING key, width, height)
         INSERT INTO photos (product_id, position, key, width, height)
         SELECT $1, (wanted.place - 1)::integer, adopted.key, adopted.width, adopted.height
         FROM adopted JOIN unnest($3::text[]) WITH ORDINALITY AS wanted (key, place) ON wanted.key = adopted.key",
        product_id,
        seller_id,
        &keys(photos)
    )
    .execute(&mut *tx)
    .await?;
    Ok(removed)
}

/// Keeps only these of the product's photos, in this order. The others are doomed; answers their keys.
pub(in super::super) async fn keep_of_product(
    tx: &mut PgConnection,
    product_id: i64,
    photos: &[Photo],
) -> sqlx::Result<Vec<PhotoKey>> {
    let keys = keys(photos);
    let removed = sqlx::query_scalar!(
        "DELETE FROM photos WHERE product_id = $1 AND NOT key = ANY($2) RETURNING key",
        product_id,
        &keys
    )
    .fetch_all(&mut *tx)
    .await?;
    sqlx::query!(
        "UPDATE photos SET position = (wanted.place - 1)::integer
         FROM unnest($2::text[]) WITH ORDINALITY AS wanted (key, place)
         WHERE photos.product_id = $1 AND photos.key = wanted.key",
        product_id,
        &keys
    )
    .execute(&mut *tx)
    .await?;
    let removed = parsed(removed);
    super::stored_photos::set_doomed(&mut *tx, "", &removed).await?;
    Ok(removed)
}

fn keys(photos: &[Photo]) -> Vec<String> {
    photos.iter().map(|photo| photo.key.to_string()).collect()
}

/// Forgets drafts that nobody came back for: older than a day, or beyond the seller's newest 24, if one is given. Their
/// photos are doomed; answers their keys.
pub(in super::super) async fn sweep_drafts(
    db: impl PgExecutor<'_>,
    seller_id: Option<i64>,
) -> sqlx::Result<Vec<PhotoKey>> {
    let swept = sqlx::query_scalar!(
        r#"WITH swept AS (
               DELETE FROM photo_drafts WHERE key IN (
                   (SELECT key FROM photo_drafts WHERE created_at < now() - interval '1 day'
                    ORDER BY created_at LIMIT CASE WHEN $1::bigint IS NULL THEN 1000 ELSE 50 END)
                   UNION
                   (SELECT key FROM photo_drafts WHERE seller_id = $1 ORDER BY created_at DESC OFFSET 24))
               RETURNING key)
           INSERT INTO stored_photos (key, bytes, state, state_since) SELECT key, 0, 'doomed', '-infinity' FROM swept
           ON CONFLICT (key) DO UPDATE SET state = excluded.state, state_since = excluded.state_since
           RETURNING key"#,
        seller_id
    )
    .fetch_all(db)
    .await?;
    Ok(parsed(swept))
}

/// Takes their photos from products that were deleted more than 30 days ago; they are doomed. How many those were; there
/// may be more.
pub(in super::super) async fn sweep_deleted(db: impl PgExecutor<'_>) -> sqlx::Result<u64> {
    let done = sqlx::query!(
        "WITH swept AS (
             DELETE FROM photos WHERE id IN (
                 SELECT f.id FROM products p JOIN photos f ON f.product_id = p.id
                 WHERE p.deleted_at < now() - interval '30 days' LIMIT 1000)
             RETURNING key)
         INSERT INTO stored_photos (key, bytes, state, state_since) SELECT key, 0, 'doomed', '-infinity' FROM swept
         ON CONFLICT (key) DO UPDATE SET state = excluded.state, state_since = excluded.state_since"
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected())
}

/// The column's check allows nothing but keys.
fn parsed(keys: Vec<String>) -> Vec<PhotoKey> {
    keys.iter().filter_map(|key| key.parse().ok()).collect()
}

/// No photo is wider or higher than [`super::super::photos::MAX_SIDE`].
fn side(pixels: u32) -> i32 {
    i32::try_from(pixels).unwrap_or(i32::MAX)
}
