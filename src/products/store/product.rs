//! One product, read and written.

use sqlx::{PgConnection, PgExecutor};
use time::OffsetDateTime;
use uuid::Uuid;

use super::super::{
    Category, Product, Review,
    form::ProductDraft,
    lifecycle::{ProductState, StateMove},
    price::Price,
    quota::Listed,
};

/// Of the seller's newest product, for the next one's form.
pub(in super::super) async fn latest_place_and_currency(
    db: impl PgExecutor<'_>,
    seller_id: i64,
) -> sqlx::Result<Option<(String, String)>> {
    let latest = sqlx::query!(
        "SELECT place, currency FROM products WHERE seller_id = $1 ORDER BY created_at DESC, id DESC LIMIT 1",
        seller_id
    );
    Ok(latest.fetch_optional(db).await?.map(|latest| (latest.place, latest.currency)))
}

pub(in super::super) async fn find(db: impl PgExecutor<'_>, id: i64) -> sqlx::Result<Option<Product>> {
    let row = sqlx::query!(
        r#"SELECT p.id, p.seller_id, p.title, p.description, p.price_minor, p.currency, p.condition, p.place,
                  p.views, p.created_at, p.updated_at, p.state, p.review, p.review_reason,
                  c.id AS category_id, c.slug, c.name, c.icon
           FROM products p JOIN categories c ON c.id = p.category_id
           WHERE p.id = $1"#,
        id
    )
    .fetch_optional(db)
    .await?;
    row.map(|row| {
        Ok(Product {
            id: row.id,
            seller_id: row.seller_id,
            title: row.title,
            description: row.description,
            price: Price::from_row(row.price_minor, &row.currency)?,
            category: Category { id: row.category_id, slug: row.slug, name: row.name, icon: row.icon },
            condition: super::super::Condition::from_row(&row.condition)?,
            place: row.place,
            state: ProductState::from_code(&row.state),
            review: Review::from_row(row.review.as_deref(), row.review_reason),
            views: row.views,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    })
    .transpose()
}

/// Adds so many views to each of the products; in the order of their ids, so that two nodes don't wait for each other.
pub(in super::super) async fn add_views(
    db: impl PgExecutor<'_>,
    ids: &[i64],
    views: &[i64],
) -> sqlx::Result<()> {
    sqlx::query!(
        "WITH counted AS MATERIALIZED (
             SELECT p.id, c.views FROM unnest($1::bigint[], $2::bigint[]) AS c (id, views) JOIN products p USING (id)
             ORDER BY p.id FOR UPDATE OF p)
         UPDATE products p SET views = p.views + counted.views FROM counted WHERE p.id = counted.id",
        ids,
        views
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Locks the seller's row, so that their forms come one after the other, and counts what they have listed.
pub(in super::super) async fn lock_listed(tx: &mut PgConnection, seller_id: i64) -> sqlx::Result<Listed> {
    let account_since = sqlx::query_scalar!(
        "SELECT a.created_at FROM customers c JOIN accounts a ON a.id = c.account_id WHERE c.id = $1
         FOR NO KEY UPDATE OF c",
        seller_id
    )
    .fetch_one(&mut *tx)
    .await?;
    let row = sqlx::query!(
        r#"SELECT count(*) FILTER (WHERE deleted_at IS NULL) AS "in_all!",
                  count(*) FILTER (WHERE created_at > now() - interval '1 day') AS "last_day!",
                  min(created_at) FILTER (WHERE created_at > now() - interval '1 day') AS day_began
           FROM products WHERE seller_id = $1"#,
        seller_id
    )
    .fetch_one(tx)
    .await?;
    Ok(Listed { account_since, last_day: row.last_day, day_began: row.day_began, in_all: row.in_all })
}

/// Whether anything of this seller's was ever listed without an admin having to look at it first, or after one had.
pub(in super::super) async fn has_been_approved(
    db: impl PgExecutor<'_>,
    seller_id: i64,
) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM products WHERE seller_id = $1 AND review IS NULL) AS "yes!""#,
        seller_id
    )
    .fetch_one(db)
    .await
}

/// Those that wait for an admin, the longest first.
pub(in super::super) async fn waiting(db: impl PgExecutor<'_>, limit: i64) -> sqlx::Result<Vec<i64>> {
    sqlx::query_scalar!(
        "SELECT id FROM products WHERE review = 'waiting' AND deleted_at IS NULL ORDER BY updated_at, id LIMIT $1",
        limit
    )
    .fetch_all(db)
    .await
}

/// Answers its title; nothing if it doesn't wait.
pub(in super::super) async fn refuse(
    db: impl PgExecutor<'_>,
    id: i64,
    reason: &str,
) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar!(
        "UPDATE products SET review = 'refused', review_reason = $2
         WHERE id = $1 AND review = 'waiting' AND deleted_at IS NULL RETURNING title",
        id,
        reason
    )
    .fetch_optional(db)
    .await
}

/// The product that this form of the seller's has made already.
pub(in super::super) async fn made_by_form(
    db: impl PgExecutor<'_>,
    seller_id: i64,
    form_id: Uuid,
) -> sqlx::Result<Option<i64>> {
    sqlx::query_scalar!("SELECT id FROM products WHERE seller_id = $1 AND form_id = $2", seller_id, form_id)
        .fetch_optional(db)
        .await
}

pub(in super::super) async fn insert(
    db: impl PgExecutor<'_>,
    seller_id: i64,
    form_id: Option<Uuid>,
    draft: &ProductDraft,
    waits: bool,
) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        // Of a seller who was suspended while the form was on its way it is paused from the start.
        "INSERT INTO products (seller_id, category_id, title, description, price_minor, currency, condition, place,
                               paused_at, form_id, hidden_at, review)
         SELECT $1, $2, $3, $4, $5, $6, $7, $8, a.suspended_at, $9, CASE WHEN $10 THEN now() END,
                CASE WHEN $10 THEN 'waiting' END
         FROM customers c JOIN accounts a ON a.id = c.account_id WHERE c.id = $1 FOR SHARE OF a
         RETURNING id",
        seller_id,
        draft.category_id,
        draft.title,
        draft.description,
        draft.price.minor(),
        draft.price.currency().code(),
        draft.condition.code(),
        draft.place,
        form_id,
        waits
    )
    .fetch_one(db)
    .await
}

/// Whether it is the seller's, and still the version that the form was opened with, if it says. The row stays locked for
/// the transaction.
pub(in super::super) async fn update(
    db: impl PgExecutor<'_>,
    id: i64,
    seller_id: i64,
    version: Option<OffsetDateTime>,
    draft: &ProductDraft,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "UPDATE products SET category_id = $3, title = $4, description = $5, price_minor = $6, currency = $7,
                             condition = $8, place = $9, updated_at = now(),
                             review = CASE WHEN review = 'refused' THEN 'waiting' ELSE review END, review_reason = ''
         WHERE id = $1 AND seller_id = $2 AND deleted_at IS NULL AND ($10::timestamptz IS NULL OR updated_at = $10)",
        id,
        seller_id,
        draft.category_id,
        draft.title,
        draft.description,
        draft.price.minor(),
        draft.price.currency().code(),
        draft.condition.code(),
        draft.place,
        version
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Locks a product's row and answers its state and title; `seller_id`: only if it is theirs.
pub(in super::super) async fn lock_state(
    tx: &mut PgConnection,
    id: i64,
    seller_id: Option<i64>,
) -> sqlx::Result<Option<(ProductState, String)>> {
    let row = sqlx::query!(
        "SELECT state, title FROM products WHERE id = $1 AND ($2::bigint IS NULL OR seller_id = $2) FOR UPDATE",
        id,
        seller_id
    )
    .fetch_optional(tx)
    .await?;
    Ok(row.map(|row| (ProductState::from_code(&row.state), row.title)))
}

/// Makes a move that is allowed, and keeps who made it. Doing it again keeps the first time. From where to where it moved,
/// if it did.
pub(in super::super) async fn change_state(
    tx: &mut PgConnection,
    id: i64,
    change: StateMove,
    account_id: i64,
) -> sqlx::Result<Option<(ProductState, ProductState)>> {
    let moved = sqlx::query!(
        "WITH before AS MATERIALIZED (
             SELECT id, state FROM products WHERE id = $1
         ), moved AS (
             UPDATE products p
             SET reserved_at = CASE $2 WHEN 'reserve' THEN coalesce(reserved_at, now())
                                       WHEN 'sell' THEN NULL WHEN 'relist' THEN NULL ELSE reserved_at END,
                 sold_at = CASE $2 WHEN 'sell' THEN coalesce(sold_at, now())
                                   WHEN 'reserve' THEN NULL WHEN 'relist' THEN NULL ELSE sold_at END,
                 hidden_at = CASE $2 WHEN 'hide' THEN coalesce(hidden_at, now()) WHEN 'show' THEN NULL ELSE hidden_at END,
                 review = CASE $2 WHEN 'show' THEN NULL ELSE review END,
                 deleted_at = CASE $2 WHEN 'delete' THEN coalesce(deleted_at, now()) ELSE deleted_at END
             WHERE p.id = $1 RETURNING p.id, p.state
         )
         INSERT INTO product_state_changes (product_id, from_state, to_state, account_id, reason)
         SELECT id, before.state, moved.state, $3, $2 FROM before JOIN moved USING (id)
         WHERE before.state <> moved.state RETURNING from_state, to_state",
        id,
        change.code(),
        account_id
    )
    .fetch_optional(tx)
    .await?;
    let state = |code: &str| ProductState::from_code(code);
    Ok(moved.map(|moved| (state(&moved.from_state), state(&moved.to_state))))
}

/// Pauses all that a seller offers, or puts it back, and keeps who did.
pub(in super::super) async fn set_paused(
    db: impl PgExecutor<'_>,
    seller_id: i64,
    paused: bool,
    account_id: i64,
) -> sqlx::Result<()> {
    sqlx::query!(
        "WITH before AS MATERIALIZED (
             SELECT id, state FROM products WHERE seller_id = $1 AND (paused_at IS NOT NULL) <> $2 FOR UPDATE
         ), moved AS (
             UPDATE products p SET paused_at = CASE WHEN $2 THEN now() END
             FROM before WHERE p.id = before.id RETURNING p.id, p.state
         )
         INSERT INTO product_state_changes (product_id, from_state, to_state, account_id, reason)
         SELECT id, before.state, moved.state, $3, CASE WHEN $2 THEN 'suspended' ELSE 'restored' END
         FROM before JOIN moved USING (id) WHERE before.state <> moved.state",
        seller_id,
        paused,
        account_id
    )
    .execute(db)
    .await?;
    Ok(())
}

/// What a seller has, and keeps who took it down.
pub(in super::super) async fn delete_all_of(
    db: impl PgExecutor<'_>,
    seller_id: i64,
    account_id: i64,
) -> sqlx::Result<()> {
    sqlx::query!(
        "WITH before AS MATERIALIZED (
             SELECT id, state FROM products WHERE seller_id = $1 AND deleted_at IS NULL FOR UPDATE
         ), moved AS (
             UPDATE products p SET deleted_at = now() FROM before WHERE p.id = before.id RETURNING p.id, p.state
         )
         INSERT INTO product_state_changes (product_id, from_state, to_state, account_id, reason)
         SELECT id, before.state, moved.state, $2, 'left' FROM before JOIN moved USING (id)",
        seller_id,
        account_id
    )
    .execute(db)
    .await?;
    Ok(())
}

pub(in super::super) async fn export_of(
    db: impl PgExecutor<'_>,
    account_id: i64,
) -> sqlx::Result<Vec<serde_json::Value>> {
    sqlx::query_scalar!(
        r#"SELECT jsonb_build_object('id', p.id, 'title', p.title, 'description', p.description,
                      'price_minor', p.price_minor, 'currency', p.currency, 'condition', p.condition, 'place', p.place,
                      'state', p.state, 'created_at', p.created_at,
                      'photos', (SELECT coalesce(jsonb_agg(f.key ORDER BY f.position), '[]') FROM photos f
                                 WHERE f.product_id = p.id)) AS "product!"
           FROM products p JOIN customers c ON c.id = p.seller_id
           WHERE c.account_id = $1 ORDER BY p.id"#,
        account_id
    )
    .fetch_all(db)
    .await
}
