//! One product, read and written.

use sqlx::PgExecutor;

use super::super::{Category, Product, form::ProductDraft, model::ProductState, price::Price};

pub(in super::super) async fn find(db: impl PgExecutor<'_>, id: i64) -> sqlx::Result<Option<Product>> {
    let row = sqlx::query!(
        r#"SELECT p.id, p.seller_id, p.title, p.description, p.price_minor, p.currency, p.condition, p.place,
                  p.views, p.created_at, p.deleted_at IS NOT NULL AS "deleted!",
                  p.hidden_at IS NOT NULL OR p.paused_at IS NOT NULL AS "hidden!", p.sold_at IS NOT NULL AS "sold!",
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
            condition: super::condition(&row.condition)?,
            place: row.place,
            state: ProductState::of(row.deleted, row.hidden, row.sold),
            views: row.views,
            created_at: row.created_at,
        })
    })
    .transpose()
}

pub(in super::super) async fn record_view(db: impl PgExecutor<'_>, id: i64) -> sqlx::Result<()> {
    sqlx::query!("UPDATE products SET views = views + 1 WHERE id = $1", id).execute(db).await?;
    Ok(())
}

pub(in super::super) async fn insert(
    db: impl PgExecutor<'_>,
    seller_id: i64,
    draft: &ProductDraft,
) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        "INSERT INTO products (seller_id, category_id, title, description, price_minor, currency, condition, place)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id",
        seller_id,
        draft.category_id,
        draft.title,
        draft.description,
        draft.price.minor(),
        draft.price.currency().code(),
        draft.condition.code(),
        draft.place
    )
    .fetch_one(db)
    .await
}

/// Whether it is the seller's. The row stays locked for the transaction.
pub(in super::super) async fn update(
    db: impl PgExecutor<'_>,
    id: i64,
    seller_id: i64,
    draft: &ProductDraft,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "UPDATE products SET category_id = $3, title = $4, description = $5, price_minor = $6, currency = $7,
                             condition = $8, place = $9, updated_at = now()
         WHERE id = $1 AND seller_id = $2 AND deleted_at IS NULL",
        id,
        seller_id,
        draft.category_id,
        draft.title,
        draft.description,
        draft.price.minor(),
        draft.price.currency().code(),
        draft.condition.code(),
        draft.place
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Whether it is the seller's. Saying it again keeps the first time.
pub(in super::super) async fn set_sold(
    db: impl PgExecutor<'_>,
    id: i64,
    seller_id: i64,
    sold: bool,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "UPDATE products SET sold_at = CASE WHEN $3 THEN coalesce(sold_at, now()) END
         WHERE id = $1 AND seller_id = $2 AND deleted_at IS NULL",
        id,
        seller_id,
        sold
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Whether it was the seller's to delete.
pub(in super::super) async fn delete(db: impl PgExecutor<'_>, id: i64, seller_id: i64) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "UPDATE products SET deleted_at = now() WHERE id = $1 AND seller_id = $2 AND deleted_at IS NULL",
        id,
        seller_id
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// The title, if this changed anything.
pub(in super::super) async fn set_hidden(
    db: impl PgExecutor<'_>,
    id: i64,
    hidden: bool,
) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar!(
        "UPDATE products SET hidden_at = CASE WHEN $2 THEN now() END
         WHERE id = $1 AND deleted_at IS NULL AND (hidden_at IS NOT NULL) <> $2 RETURNING title",
        id,
        hidden
    )
    .fetch_optional(db)
    .await
}

pub(in super::super) async fn set_paused(
    db: impl PgExecutor<'_>,
    seller_id: i64,
    paused: bool,
) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE products SET paused_at = CASE WHEN $2 THEN now() END
         WHERE seller_id = $1 AND (paused_at IS NOT NULL) <> $2",
        seller_id,
        paused
    )
    .execute(db)
    .await?;
    Ok(())
}
