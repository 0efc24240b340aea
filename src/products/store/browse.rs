//! Lists of a seller's products, those like one, and what is usual here.

use sqlx::PgExecutor;

use super::super::{Card, card_row::CardRow};

/// Cards on a page.
pub(in super::super) const PER_PAGE: i64 = 24;

/// Others of the category that are like this one, by the words of its title; of the newest only,
/// which an index gives.
pub(in super::super) async fn similar(
    db: impl PgExecutor<'_>,
    id: i64,
    category_id: i64,
    title: &str,
    limit: i64,
) -> sqlx::Result<Vec<Card>> {
    let rows = sqlx::query_as!(
        CardRow,
        r#"WITH recent AS (
               SELECT id, created_at, search FROM products
               WHERE category_id = $2 AND id <> $1
                 AND is_listed
               ORDER BY created_at DESC, id DESC LIMIT 200
           ), alike AS (
               SELECT id, created_at,
                      ts_rank(search, replace(plainto_tsquery('english', $3)::text, '&', '|')::tsquery) AS rank
               FROM recent ORDER BY rank DESC, created_at DESC, id DESC LIMIT $4
           )
           SELECT p.id, p.seller_id, p.title, p.price_minor, p.currency, p.condition, p.place,
                  (SELECT slug FROM categories WHERE id = p.category_id) AS "category!", p.state, p.created_at,
                  f.key AS "key?", f.width AS "width?", f.height AS "height?"
           FROM alike JOIN products p ON p.id = alike.id
           LEFT JOIN photos f ON f.product_id = p.id AND f.position = 0
           ORDER BY alike.rank DESC, alike.created_at DESC, alike.id DESC"#,
        id,
        category_id,
        title,
        limit
    )
    .fetch_all(db)
    .await?;
    cards(rows)
}

/// How many of a seller's products can be bought, and how many are sold.
pub(in super::super) async fn counts_of_seller(
    db: impl PgExecutor<'_>,
    seller_id: i64,
) -> sqlx::Result<(i64, i64)> {
    let row = sqlx::query!(
        r#"SELECT count(*) FILTER (WHERE is_listed) AS "available!",
                  count(*) FILTER (WHERE state = 'sold') AS "sold!"
           FROM products
           WHERE seller_id = $1 AND (is_listed OR state = 'sold')"#,
        seller_id
    )
    .fetch_one(db)
    .await?;
    Ok((row.available, row.sold))
}

/// A page of what a seller shows: first what can be bought, then what is sold, the newest first.
pub(in super::super) async fn of_seller(
    db: impl PgExecutor<'_>,
    seller_id: i64,
    limit: i64,
    offset: i64,
) -> sqlx::Result<Vec<Card>> {
    let rows = sqlx::query_as!(
        CardRow,
        r#"SELECT p.id, p.seller_id, p.title, p.price_minor, p.currency, p.condition, p.place,
                  (SELECT slug FROM categories WHERE id = p.category_id) AS "category!", p.state, p.created_at,
                  f.key AS "key?", f.width AS "width?", f.height AS "height?"
           FROM products p LEFT JOIN photos f ON f.product_id = p.id AND f.position = 0
           WHERE p.seller_id = $1 AND (p.is_listed OR p.state = 'sold')
           ORDER BY p.state = 'sold', p.created_at DESC, p.id DESC LIMIT $2 OFFSET $3"#,
        seller_id,
        limit,
        offset
    )
    .fetch_all(db)
    .await?;
    cards(rows)
}

/// The currency that most of the newest products are offered in.
pub(in super::super) async fn usual_currency(db: impl PgExecutor<'_>) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar!(
        "SELECT currency FROM (
             SELECT currency FROM products
             WHERE is_listed
             ORDER BY created_at DESC, id DESC LIMIT 100) AS newest
         GROUP BY currency ORDER BY count(*) DESC, currency LIMIT 1"
    )
    .fetch_optional(db)
    .await
}

/// Places that the newest products are in, for suggestions.
pub(in super::super) async fn places(db: impl PgExecutor<'_>) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar!(
        "SELECT place FROM (
             SELECT place FROM products
             WHERE is_listed
             ORDER BY created_at DESC, id DESC LIMIT 300) AS newest
         GROUP BY place ORDER BY count(*) DESC, place LIMIT 30"
    )
    .fetch_all(db)
    .await
}

pub(super) fn cards(rows: Vec<CardRow>) -> sqlx::Result<Vec<Card>> {
    rows.into_iter().map(Card::try_from).collect()
}
