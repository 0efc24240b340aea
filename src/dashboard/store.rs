//! The dashboard's SQL: it reads over products and rooms, and writes nothing.

use sqlx::PgExecutor;
use time::OffsetDateTime;

use crate::products::StateFilter;

/// A seller's numbers. What they deleted isn't counted.
#[derive(Clone, Copy, Debug)]
pub(super) struct DashboardStats {
    pub for_sale: i64,
    pub sold: i64,
    pub views: i64,
    pub conversations: i64,
    /// Messages to them that they haven't read.
    pub unread: i64,
}

pub(super) async fn figures(db: impl PgExecutor<'_>, seller_id: i64) -> sqlx::Result<DashboardStats> {
    sqlx::query_as!(
        DashboardStats,
        r#"SELECT p.for_sale AS "for_sale!", p.sold AS "sold!", p.views AS "views!",
                  r.conversations AS "conversations!", r.unread AS "unread!"
           FROM (
               SELECT count(*) FILTER (WHERE is_listed) AS for_sale,
                      count(*) FILTER (WHERE state = 'sold') AS sold,
                      coalesce(sum(views), 0)::bigint AS views
               FROM products WHERE seller_id = $1 AND state <> 'deleted'
           ) p, (
               SELECT count(*) AS conversations, coalesce(sum(buyer_total - seller_seen), 0)::bigint AS unread
               FROM rooms WHERE seller_id = $1 AND coalesce(seller_last_shown, last_seq) > 0
           ) r"#,
        seller_id
    )
    .fetch_one(db)
    .await
}

/// What the dashboard knows of a product beyond its summary.
#[derive(Clone, Debug)]
pub(super) struct DashboardProduct {
    pub id: i64,
    pub category: String,
    pub created_at: OffsetDateTime,
    pub views: i64,
    /// How many people wrote about it.
    pub chats: i64,
}

/// A page of a seller's products whose title has `words` in it, the newest first.
pub(super) async fn products(
    db: impl PgExecutor<'_>,
    seller_id: i64,
    showing: StateFilter,
    words: &str,
    (limit, offset): (i64, i64),
) -> sqlx::Result<Vec<DashboardProduct>> {
    // The chats are counted only for the page's few.
    sqlx::query_as!(
        DashboardProduct,
        r#"SELECT p.id, c.name AS category, p.created_at, p.views,
                  (SELECT count(DISTINCT room_id) FROM messages WHERE product_id = p.id AND starts_product AND NOT withheld) AS "chats!"
           FROM (
               SELECT id, category_id, created_at, views FROM products
               WHERE seller_id = $1 AND state <> 'deleted' AND strpos(lower(title), lower($3)) > 0
                 AND CASE $2 WHEN 'for_sale' THEN state = 'listed' WHEN 'reserved' THEN state = 'reserved'
                             WHEN 'sold' THEN state = 'sold'
                             WHEN 'hidden' THEN state IN ('hidden', 'paused')
                             ELSE true END
               ORDER BY created_at DESC, id DESC LIMIT $4 OFFSET $5
           ) p JOIN categories c ON c.id = p.category_id
           ORDER BY p.created_at DESC, p.id DESC"#,
        seller_id,
        showing.code(),
        words,
        limit,
        offset
    )
    .fetch_all(db)
    .await
}

/// How many there are on all pages of [`products`].
pub(super) async fn count_products(
    db: impl PgExecutor<'_>,
    seller_id: i64,
    showing: StateFilter,
    words: &str,
) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"SELECT count(*) AS "count!" FROM products
           WHERE seller_id = $1 AND state <> 'deleted' AND strpos(lower(title), lower($3)) > 0
             AND CASE $2 WHEN 'for_sale' THEN state = 'listed' WHEN 'reserved' THEN state = 'reserved'
                         WHEN 'sold' THEN state = 'sold'
                         WHEN 'hidden' THEN state IN ('hidden', 'paused')
                         ELSE true END"#,
        seller_id,
        showing.code(),
        words
    )
    .fetch_one(db)
    .await
}
