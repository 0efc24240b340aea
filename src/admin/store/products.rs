use sqlx::PgExecutor;
use time::OffsetDateTime;

use crate::products::StateFilter;

/// What an admin looks for.
#[derive(Clone, Debug)]
pub(in crate::admin) struct Filter {
    /// Of the title or the description, or a product's number.
    pub words: String,
    pub showing: StateFilter,
    pub seller_id: Option<i64>,
}

impl Filter {
    fn number(&self) -> Option<i64> {
        self.words.parse().ok()
    }
}

/// What the list knows of a product beyond its summary.
#[derive(Clone, Debug)]
pub(in crate::admin) struct ListedProduct {
    pub id: i64,
    pub category: String,
    pub created_at: OffsetDateTime,
    pub shop_name: String,
    /// By an admin; a product is also out of sight while its seller is suspended.
    pub hidden: bool,
}

/// A page of all products that fit, the newest first.
pub(in crate::admin) async fn page(
    db: impl PgExecutor<'_>,
    filter: &Filter,
    (limit, offset): (i64, i64),
) -> sqlx::Result<Vec<ListedProduct>> {
    sqlx::query_as!(
        ListedProduct,
        r#"SELECT p.id, g.name AS category, p.created_at, c.shop_name, p.hidden_at IS NOT NULL AS "hidden!"
           FROM (
               SELECT id, category_id, seller_id, created_at, hidden_at FROM products
               WHERE ($2 = '' OR search @@ websearch_to_tsquery('english', $2) OR id = $3)
                 AND ($4::bigint IS NULL OR seller_id = $4)
                 AND CASE $1 WHEN 'for_sale' THEN state = 'listed'
                             WHEN 'reserved' THEN state = 'reserved'
                             WHEN 'sold' THEN state = 'sold'
                             WHEN 'hidden' THEN state IN ('hidden', 'paused')
                             WHEN 'deleted' THEN state = 'deleted'
                             ELSE true END
               ORDER BY created_at DESC, id DESC LIMIT $5 OFFSET $6
           ) p
           JOIN categories g ON g.id = p.category_id
           JOIN customers c ON c.id = p.seller_id
           ORDER BY p.created_at DESC, p.id DESC"#,
        filter.showing.code(),
        filter.words,
        filter.number(),
        filter.seller_id,
        limit,
        offset
    )
    .fetch_all(db)
    .await
}

/// How many there are on all pages of [`page`].
pub(in crate::admin) async fn count(db: impl PgExecutor<'_>, filter: &Filter) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"SELECT count(*) AS "count!" FROM products
           WHERE ($2 = '' OR search @@ websearch_to_tsquery('english', $2) OR id = $3)
             AND ($4::bigint IS NULL OR seller_id = $4)
             AND CASE $1 WHEN 'for_sale' THEN state = 'listed'
                             WHEN 'reserved' THEN state = 'reserved'
                         WHEN 'sold' THEN state = 'sold'
                         WHEN 'hidden' THEN state IN ('hidden', 'paused')
                         WHEN 'deleted' THEN state = 'deleted'
                         ELSE true END"#,
        filter.showing.code(),
        filter.words,
        filter.number(),
        filter.seller_id
    )
    .fetch_one(db)
    .await
}
