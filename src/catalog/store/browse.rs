//! Lists of products.

use std::time::Duration;

use sqlx::PgPool;
use time::OffsetDateTime;

use super::super::query::Filters;
use crate::products::{Card, CardRow, Condition, Currency, Price};

/// How many results a search goes through at most; nobody turns that many pages.
pub(in super::super) const MAX_RESULTS: i64 = 1008;
/// How many of the newest that fit the words are compared for how well they do.
const MAX_RANKED: i64 = MAX_RESULTS;
/// Cards on a page; [`MAX_RESULTS`] is 42 of them.
pub(in super::super) const PER_PAGE: i64 = 24;

/// The same, and how many results there are.
struct PageRow {
    id: i64,
    seller_id: i64,
    title: String,
    price_minor: i64,
    currency: String,
    condition: String,
    place: String,
    category: String,
    state: String,
    created_at: OffsetDateTime,
    key: Option<String>,
    width: Option<i32>,
    height: Option<i32>,
    total: i64,
}

impl PageRow {
    fn card(self) -> CardRow {
        CardRow {
            id: self.id,
            seller_id: self.seller_id,
            title: self.title,
            price_minor: self.price_minor,
            currency: self.currency,
            condition: self.condition,
            place: self.place,
            category: self.category,
            state: self.state,
            created_at: self.created_at,
            key: self.key,
            width: self.width,
            height: self.height,
        }
    }
}

/// One page of a search, and how many results there are, counted up to [`MAX_RESULTS`].
///
/// A page that doesn't exist is the last one.
pub(in super::super) async fn search(
    db: &PgPool,
    filters: &Filters,
    limit: Duration,
) -> sqlx::Result<(Vec<Card>, i64)> {
    match &filters.category {
        _ if !filters.is_whole_category() => narrowed(db, filters, limit).await,
        Some(category) => newest_of_category(db, category.id, filters.page).await,
        None => newest(db, filters.page).await,
    }
}

/// Everything, the newest first: what an index gives in its order, by a plan that is made once.
async fn newest(db: &PgPool, page: i64) -> sqlx::Result<(Vec<Card>, i64)> {
    let rows = sqlx::query_as!(
        PageRow,
        r#"WITH total AS (
               SELECT count(*) AS total FROM (SELECT FROM products WHERE is_listed LIMIT $2) counted
           ), page AS MATERIALIZED (
               SELECT id, seller_id, title, price_minor, currency, condition, place, category_id, state, created_at
               FROM products WHERE is_listed
               ORDER BY created_at DESC, id DESC
               LIMIT $3 OFFSET (SELECT least(($1::bigint - 1) * $3, greatest(total - 1, 0) / $3 * $3) FROM total)
           )
           SELECT p.id, p.seller_id, p.title, p.price_minor, p.currency, p.condition, p.place,
                  (SELECT slug FROM categories WHERE id = p.category_id) AS "category!", p.state, p.created_at,
                  f.key AS "key?", f.width AS "width?", f.height AS "height?", (SELECT total FROM total) AS "total!"
           FROM page p LEFT JOIN photos f ON f.product_id = p.id AND f.position = 0
           ORDER BY p.created_at DESC, p.id DESC"#,
        page.min(MAX_RESULTS),
        MAX_RESULTS,
        PER_PAGE
    )
    .fetch_all(db)
    .await?;
    page_of(rows)
}

/// The same of one category.
async fn newest_of_category(db: &PgPool, category_id: i64, page: i64) -> sqlx::Result<(Vec<Card>, i64)> {
    let rows = sqlx::query_as!(
        PageRow,
        r#"WITH total AS (
               SELECT count(*) AS total FROM (
                   SELECT FROM products WHERE is_listed AND category_id = $4 LIMIT $2) counted
           ), page AS MATERIALIZED (
               SELECT id, seller_id, title, price_minor, currency, condition, place, category_id, state, created_at
               FROM products WHERE is_listed AND category_id = $4
               ORDER BY created_at DESC, id DESC
               LIMIT $3 OFFSET (SELECT least(($1::bigint - 1) * $3, greatest(total - 1, 0) / $3 * $3) FROM total)
           )
           SELECT p.id, p.seller_id, p.title, p.price_minor, p.currency, p.condition, p.place,
                  (SELECT slug FROM categories WHERE id = p.category_id) AS "category!", p.state, p.created_at,
                  f.key AS "key?", f.width AS "width?", f.height AS "height?", (SELECT total FROM total) AS "total!"
           FROM page p LEFT JOIN photos f ON f.product_id = p.id AND f.position = 0
           ORDER BY p.created_at DESC, p.id DESC"#,
        page.min(MAX_RESULTS),
        MAX_RESULTS,
        PER_PAGE,
        category_id
    )
    .fetch_all(db)
    .await?;
    page_of(rows)
}

fn page_of(rows: Vec<PageRow>) -> sqlx::Result<(Vec<Card>, i64)> {
    let total = rows.first().map_or(0, |row| row.total);
    let cards = rows.into_iter().map(|row| Card::try_from(row.card())).collect::<sqlx::Result<_>>()?;
    Ok((cards, total))
}

/// With whatever words and filters.
async fn narrowed(db: &PgPool, filters: &Filters, limit: Duration) -> sqlx::Result<(Vec<Card>, i64)> {
    let words = filters.words.as_deref();
    let place = filters.place.as_deref().map(|place| format!("{}%", escape_like(place)));
    let currency = filters.currency.as_ref().map(Currency::code);
    let mut tx = db.begin().await?;
    // One statement for every combination of filters. It is quick because it is planned for the
    // values at hand: what isn't asked for falls away, and the right index is chosen.
    sqlx::query!(
        "SELECT set_config('plan_cache_mode', 'force_custom_plan', true) AS plans,
                set_config('statement_timeout', $1, true) AS time_out",
        limit.as_millis().to_string()
    )
    .fetch_one(&mut *tx)
    .await?;
    let rows = sqlx::query_as!(
        PageRow,
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
               ORDER BY CASE WHEN $8 = 'price_low' THEN price_minor END,
                        CASE WHEN $8 = 'price_high' THEN price_minor END DESC,
                        created_at DESC, id DESC
               LIMIT CASE WHEN $8 = 'relevance' THEN $12::bigint ELSE $9::bigint END
           ), found AS (
               SELECT id, row_number() OVER (
                   ORDER BY CASE WHEN $8 = 'relevance'
                                 THEN ts_rank(search, websearch_to_tsquery('english', $1)) END DESC,
                            CASE WHEN $8 = 'price_low' THEN price_minor END,
                            CASE WHEN $8 = 'price_high' THEN price_minor END DESC,
                            created_at DESC, id DESC) AS place
               FROM near
           ), total AS (
               SELECT least(count(*), $9) AS total FROM near
           ), page AS (
               SELECT found.id, found.place, total.total FROM found, total
               WHERE found.place BETWEEN least(($10::bigint - 1) * $11::bigint, greatest(total.total - 1, 0) / $11 * $11) + 1
                                     AND total.total
               ORDER BY found.place LIMIT $11
           )
           SELECT p.id, p.seller_id, p.title, p.price_minor, p.currency, p.condition, p.place,
                  (SELECT slug FROM categories WHERE id = p.category_id) AS "category!", p.state, p.created_at,
                  f.key AS "key?", f.width AS "width?", f.height AS "height?", page.total AS "total!"
           FROM page JOIN products p ON p.id = page.id
           LEFT JOIN photos f ON f.product_id = p.id AND f.position = 0
           ORDER BY page.place"#,
        words,
        filters.category.as_ref().map(|category| category.id),
        currency,
        filters.min.map(Price::minor),
        filters.max.map(Price::minor),
        filters.condition.map(Condition::code),
        place,
        filters.sort.code(),
        MAX_RESULTS,
        filters.page.min(MAX_RESULTS),
        PER_PAGE,
        MAX_RANKED
    )
    .fetch_all(&mut *tx)
    .await?;
    tx.commit().await?;
    page_of(rows)
}

/// The text as itself in a LIKE pattern.
pub(super) fn escape_like(text: &str) -> String {
    text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_")
}
