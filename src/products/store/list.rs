//! Lists of a seller's products by keyset, for programs.

use sqlx::PgPool;

use super::super::{
    Card,
    card_row::{CardRow, ListKey, keyed},
};

/// Of a seller's own products whatever isn't deleted, the newest first.
pub(in super::super) async fn own(
    db: &PgPool,
    seller_id: i64,
    after: Option<&ListKey>,
    limit: i64,
) -> sqlx::Result<Vec<(Card, ListKey)>> {
    let (created_at, id) = ListKey::start(after);
    let rows = sqlx::query_as!(
        CardRow,
        r#"SELECT p.id, p.seller_id, p.title, p.price_minor, p.currency, p.condition, p.place,
                  (SELECT slug FROM categories WHERE id = p.category_id) AS "category!", p.state, p.created_at,
                  f.key AS "key?", f.width AS "width?", f.height AS "height?"
           FROM products p LEFT JOIN photos f ON f.product_id = p.id AND f.position = 0
           WHERE p.seller_id = $1 AND p.deleted_at IS NULL AND (p.created_at, p.id) < ($2, $3)
           ORDER BY p.created_at DESC, p.id DESC LIMIT $4"#,
        seller_id,
        created_at,
        id,
        limit
    )
    .fetch_all(db)
    .await?;
    keyed(rows)
}

/// What a seller shows: for sale or sold, the newest first.
pub(in super::super) async fn of_seller(
    db: &PgPool,
    seller_id: i64,
    after: Option<&ListKey>,
    limit: i64,
) -> sqlx::Result<Vec<(Card, ListKey)>> {
    let (created_at, id) = ListKey::start(after);
    let rows = sqlx::query_as!(
        CardRow,
        r#"SELECT p.id, p.seller_id, p.title, p.price_minor, p.currency, p.condition, p.place,
                  (SELECT slug FROM categories WHERE id = p.category_id) AS "category!", p.state, p.created_at,
                  f.key AS "key?", f.width AS "width?", f.height AS "height?"
           FROM products p LEFT JOIN photos f ON f.product_id = p.id AND f.position = 0
           WHERE p.seller_id = $1 AND (p.is_listed OR p.state = 'sold') AND (p.created_at, p.id) < ($2, $3)
           ORDER BY p.created_at DESC, p.id DESC LIMIT $4"#,
        seller_id,
        created_at,
        id,
        limit
    )
    .fetch_all(db)
    .await?;
    keyed(rows)
}
