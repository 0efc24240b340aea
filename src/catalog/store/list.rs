//! Lists of products by keyset, for programs.

use std::time::Duration;

use sqlx::PgPool;

use super::{
    super::query::{Filters, Sort},
    browse::{MAX_RESULTS, escape_like},
};
use crate::products::{Card, CardRow, Condition, Currency, ListKey, Price, Weigh, keyed};

/// Part of a list.
#[derive(Default)]
pub struct Found(pub Vec<(Card, ListKey)>);

impl Weigh for Found {
    fn bytes(&self) -> usize {
        512 * self.0.len()
    }
}

/// Products that fit, from after the key on, at most so many. What nothing or only a category narrows has a fixed
/// statement that an index answers; whatever else is planned for the values at hand.
pub(in super::super) async fn list(
    db: &PgPool,
    filters: &Filters,
    after: Option<&ListKey>,
    limit: i64,
    time_limit: Duration,
) -> sqlx::Result<Vec<(Card, ListKey)>> {
    let is_plain = filters.words.is_none()
        && filters.currency.is_none()
        && filters.condition.is_none()
        && filters.place.is_none()
        && filters.sort == Sort::Newest;
    match (is_plain, &filters.category) {
        (true, None) => newest(db, after, limit).await,
        (true, Some(category)) => newest_of(db, category.id, after, limit).await,
        (false, _) => search(db, filters, after, limit, time_limit).await,
    }
}

async fn newest(db: &PgPool, after: Option<&ListKey>, limit: i64) -> sqlx::Result<Vec<(Card, ListKey)>> {
    let (created_at, id) = ListKey::start(after);
    let rows = sqlx::query_as!(
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
    .await?;
    keyed(rows)
}

async fn newest_of(
    db: &PgPool,
    category_id: i64,
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
           WHERE p.is_listed AND p.category_id = $1 AND (p.created_at, p.id) < ($2, $3)
           ORDER BY p.created_at DESC, p.id DESC LIMIT $4"#,
        category_id,
        created_at,
        id,
        limit
    )
    .fetch_all(db)
    .await?;
    keyed(rows)
}

async fn search(
    db: &PgPool,
    filters: &Filters,
    after: Option<&ListKey>,
    limit: i64,
    time_limit: Duration,
) -> sqlx::Result<Vec<(Card, ListKey)>> {
    let place = filters.place.as_deref().map(|place| format!("{}%", escape_like(place)));
    let (created_at, id) = ListKey::start(after);
    let mut tx = db.begin().await?;
    sqlx::query!(
        "SELECT set_config('plan_cache_mode', 'force_custom_plan', true) AS plans,
                set_config('statement_timeout', $1, true) AS time_out",
        time_limit.as_millis().to_string()
    )
    .fetch_one(&mut *tx)
    .await?;
    // By relevance the newest that fit are ranked, and the page is cut from these; else the page is cut at once.
    let rows = sqlx::query!(
        r#"WITH near AS (
               SELECT id, price_minor, created_at, search FROM products
               WHERE is_listed
                 AND ($1::text IS NULL OR search @@ websearch_to_tsquery('english', $1))
                 AND ($2::bigint IS NULL OR category_id = $2)
                 AND ($3::text IS NULL OR currency = $3)
                 AND ($4::bigint IS NULL OR price_minor >= $4)
                 AND ($5::bigint IS NULL OR price_minor <= $5)
                 AND ($6::text IS NULL OR condition = $6)
                 AND ($7::text IS NULL OR lower(place) LIKE lower($7))
                 AND CASE $8 WHEN 'newest' THEN (created_at, id) < ($9, $10)
                             WHEN 'price_low' THEN $11::bigint IS NULL OR price_minor > $11
                                                OR (price_minor = $11 AND (created_at, id) < ($9, $10))
                             WHEN 'price_high' THEN $11::bigint IS NULL OR price_minor < $11
                                                 OR (price_minor = $11 AND (created_at, id) < ($9, $10))
                             ELSE true END
               ORDER BY CASE WHEN $8 = 'price_low' THEN price_minor END,
                        CASE WHEN $8 = 'price_high' THEN price_minor END DESC,
                        created_at DESC, id DESC
               LIMIT CASE WHEN $8 = 'relevance' THEN $14::bigint ELSE $13::bigint END
           ), ranked AS (
               SELECT id, CASE WHEN $8 = 'relevance' THEN ts_rank(search, websearch_to_tsquery('english', $1))
                               ELSE 0::real END AS rank
               FROM near
           )
           SELECT p.id, p.seller_id, p.title, p.price_minor, p.currency, p.condition, p.place,
                  (SELECT slug FROM categories WHERE id = p.category_id) AS "category!", p.state, p.created_at,
                  f.key AS "key?", f.width AS "width?", f.height AS "height?", r.rank AS "rank!"
           FROM ranked r JOIN products p ON p.id = r.id
           LEFT JOIN photos f ON f.product_id = p.id AND f.position = 0
           WHERE $8 <> 'relevance' OR $12::real IS NULL OR (r.rank, p.created_at, p.id) < ($12, $9, $10)
           ORDER BY r.rank DESC,
                    CASE WHEN $8 = 'price_low' THEN p.price_minor END,
                    CASE WHEN $8 = 'price_high' THEN p.price_minor END DESC,
                    p.created_at DESC, p.id DESC
           LIMIT $13"#,
        filters.words,
        filters.category.as_ref().map(|category| category.id),
        filters.currency.as_ref().map(Currency::code),
        filters.min.map(Price::minor),
        filters.max.map(Price::minor),
        filters.condition.map(Condition::code),
        place,
        filters.sort.code(),
        created_at,
        id,
        after.map(|key| key.price_minor),
        after.map(|key| key.rank),
        limit,
        MAX_RESULTS
    )
    .fetch_all(&mut *tx)
    .await?;
    tx.commit().await?;
    let ranks: Vec<f32> = rows.iter().map(|row| row.rank).collect();
    let rows = rows.into_iter().map(|row| CardRow {
        id: row.id,
        seller_id: row.seller_id,
        title: row.title,
        price_minor: row.price_minor,
        currency: row.currency,
        condition: row.condition,
        place: row.place,
        category: row.category,
        state: row.state,
        created_at: row.created_at,
        key: row.key,
        width: row.width,
        height: row.height,
    });
    let mut listed = keyed(rows.collect())?;
    for ((_, key), rank) in listed.iter_mut().zip(ranks) {
        key.rank = rank;
    }
    Ok(listed)
}
