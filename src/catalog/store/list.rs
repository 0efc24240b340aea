//! Lists that a B-tree answers: everything or a category, by time or by price, by keyset. Statements of one shape, planned
//! once. And what the index has found, read by its numbers.

use sqlx::{PgExecutor, PgPool};
use time::OffsetDateTime;

use super::super::index::{SortKey, micros};
use crate::products::{Card, CardRow};

/// Cards, and where each stands.
pub(in super::super) type Cards = Vec<(Card, SortKey)>;

/// Before everything.
pub(super) fn start(after: Option<&SortKey>) -> (OffsetDateTime, i64) {
    // A day that JSON and PostgreSQL can both write.
    let end = time::macros::datetime!(9999-01-01 0:00 UTC);
    let time = |key: &SortKey| OffsetDateTime::from_unix_timestamp_nanos(i128::from(key.created_at) * 1_000);
    after.map_or((end, i64::MAX), |key| (time(key).unwrap_or(end), key.id as i64))
}

/// Everything, or a category, the newest first.
pub(in super::super) async fn newest(
    db: &PgPool,
    category_id: Option<i64>,
    after: Option<&SortKey>,
    limit: i64,
) -> sqlx::Result<Cards> {
    let (created_at, id) = start(after);
    let rows = match category_id {
        None => {
            sqlx::query_as!(
                CardRow,
                r#"SELECT p.id, p.seller_id, p.title, p.price_minor, p.currency, p.condition, p.place,
                          (SELECT slug FROM categories WHERE id = p.category_id) AS "category!", p.state, p.created_at,
                          f.key AS "key?", f.width AS "width?", f.height AS "height?"
                   FROM products p LEFT JOIN photos f ON f.product_id = p.id AND f.position = 0
                   WHERE p.is_listed AND (p.created_at, p.id) < ($1, $2)
                   ORDER BY p.created_at DESC, p.id DESC LIMIT $3"#,
                created_at,
                id,
                limit
            )
            .fetch_all(db)
            .await?
        }
        Some(category_id) => {
            sqlx::query_as!(
                CardRow,
                r#"SELECT p.id, p.seller_id, p.title, p.price_minor, p.currency, p.condition, p.place,
                          (SELECT slug FROM categories WHERE id = p.category_id) AS "category!", p.state, p.created_at,
                          f.key AS "key?", f.width AS "width?", f.height AS "height?"
                   FROM products p LEFT JOIN photos f ON f.product_id = p.id AND f.position = 0
                   WHERE p.is_listed AND p.category_id = $1 AND (p.created_at, p.id) < ($2, $3)
                   ORDER BY p.created_at DESC, p.id DESC LIMIT $4"#,
                category_id,
                created_at,
                id,
                limit
            )
            .fetch_all(db)
            .await?
        }
    };
    keyed(rows, |_| 0)
}

/// The cheapest first; of the same price the newest.
pub(in super::super) async fn cheapest(
    db: &PgPool,
    category_id: Option<i64>,
    currency: &str,
    after: Option<&SortKey>,
    limit: i64,
) -> sqlx::Result<Cards> {
    let (created_at, id) = start(after);
    let price = after.map_or(-1, |key| -key.first);
    let rows = match category_id {
        None => {
            sqlx::query_as!(
                CardRow,
                r#"SELECT p.id, p.seller_id, p.title, p.price_minor, p.currency, p.condition, p.place,
                          (SELECT slug FROM categories WHERE id = p.category_id) AS "category!", p.state, p.created_at,
                          f.key AS "key?", f.width AS "width?", f.height AS "height?"
                   FROM products p LEFT JOIN photos f ON f.product_id = p.id AND f.position = 0
                   WHERE p.is_listed AND p.currency = $1 AND p.price_minor >= $2
                     AND (p.price_minor > $2 OR (p.created_at, p.id) < ($3, $4))
                   ORDER BY p.price_minor, p.created_at DESC, p.id DESC LIMIT $5"#,
                currency,
                price,
                created_at,
                id,
                limit
            )
            .fetch_all(db)
            .await?
        }
        Some(category_id) => {
            sqlx::query_as!(
                CardRow,
                r#"SELECT p.id, p.seller_id, p.title, p.price_minor, p.currency, p.condition, p.place,
                          (SELECT slug FROM categories WHERE id = p.category_id) AS "category!", p.state, p.created_at,
                          f.key AS "key?", f.width AS "width?", f.height AS "height?"
                   FROM products p LEFT JOIN photos f ON f.product_id = p.id AND f.position = 0
                   WHERE p.is_listed AND p.category_id = $6 AND p.currency = $1 AND p.price_minor >= $2
                     AND (p.price_minor > $2 OR (p.created_at, p.id) < ($3, $4))
                   ORDER BY p.price_minor, p.created_at DESC, p.id DESC LIMIT $5"#,
                currency,
                price,
                created_at,
                id,
                limit,
                category_id
            )
            .fetch_all(db)
            .await?
        }
    };
    keyed(rows, |row| -row.price_minor)
}

/// The dearest first; of the same price the newest.
pub(in super::super) async fn dearest(
    db: &PgPool,
    category_id: Option<i64>,
    currency: &str,
    after: Option<&SortKey>,
    limit: i64,
) -> sqlx::Result<Cards> {
    let (created_at, id) = start(after);
    let price = after.map_or(i64::MAX, |key| key.first);
    let rows = match category_id {
        None => {
            sqlx::query_as!(
                CardRow,
                r#"SELECT p.id, p.seller_id, p.title, p.price_minor, p.currency, p.condition, p.place,
                          (SELECT slug FROM categories WHERE id = p.category_id) AS "category!", p.state, p.created_at,
                          f.key AS "key?", f.width AS "width?", f.height AS "height?"
                   FROM products p LEFT JOIN photos f ON f.product_id = p.id AND f.position = 0
                   WHERE p.is_listed AND p.currency = $1 AND p.price_minor <= $2
                     AND (p.price_minor < $2 OR (p.created_at, p.id) < ($3, $4))
                   ORDER BY p.price_minor DESC, p.created_at DESC, p.id DESC LIMIT $5"#,
                currency,
                price,
                created_at,
                id,
                limit
            )
            .fetch_all(db)
            .await?
        }
        Some(category_id) => {
            sqlx::query_as!(
                CardRow,
                r#"SELECT p.id, p.seller_id, p.title, p.price_minor, p.currency, p.condition, p.place,
                          (SELECT slug FROM categories WHERE id = p.category_id) AS "category!", p.state, p.created_at,
                          f.key AS "key?", f.width AS "width?", f.height AS "height?"
                   FROM products p LEFT JOIN photos f ON f.product_id = p.id AND f.position = 0
                   WHERE p.is_listed AND p.category_id = $6 AND p.currency = $1 AND p.price_minor <= $2
                     AND (p.price_minor < $2 OR (p.created_at, p.id) < ($3, $4))
                   ORDER BY p.price_minor DESC, p.created_at DESC, p.id DESC LIMIT $5"#,
                currency,
                price,
                created_at,
                id,
                limit,
                category_id
            )
            .fetch_all(db)
            .await?
        }
    };
    keyed(rows, |row| row.price_minor)
}

/// Those of these numbers that are listed now, in the order of the numbers.
pub(in super::super) async fn by_ids(db: impl PgExecutor<'_>, ids: &[i64]) -> sqlx::Result<Vec<Card>> {
    let rows = sqlx::query_as!(
        CardRow,
        r#"SELECT p.id AS "id!", p.seller_id AS "seller_id!", p.title AS "title!", p.price_minor AS "price_minor!",
                  p.currency AS "currency!", p.condition AS "condition!", p.place AS "place!",
                  (SELECT slug FROM categories WHERE id = p.category_id) AS "category!", p.state AS "state!",
                  p.created_at AS "created_at!", f.key AS "key?", f.width AS "width?", f.height AS "height?"
           FROM unnest($1::bigint[]) WITH ORDINALITY AS found (id, place)
           JOIN products p ON p.id = found.id
           LEFT JOIN photos f ON f.product_id = p.id AND f.position = 0
           WHERE p.is_listed
           ORDER BY found.place"#,
        ids
    )
    .fetch_all(db)
    .await?;
    rows.into_iter().map(Card::try_from).collect()
}

/// Cards with their keys, whose first part is by the order.
pub(super) fn keyed(rows: Vec<CardRow>, first: impl Fn(&CardRow) -> i64) -> sqlx::Result<Cards> {
    rows.into_iter()
        .map(|row| {
            let key = SortKey { first: first(&row), created_at: micros(row.created_at), id: row.id as u64 };
            Ok((Card::try_from(row)?, key))
        })
        .collect()
}
