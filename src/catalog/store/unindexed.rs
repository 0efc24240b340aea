//! What is found while there is no index: by words as they are written, the newest first.

use std::time::Duration;

use sqlx::PgPool;

use super::{
    super::index::SortKey,
    list::{Cards, keyed, start},
};
use crate::products::CardRow;

/// What narrows such a list.
pub(in super::super) struct Narrowed<'a> {
    pub words: Option<&'a str>,
    pub category_id: Option<i64>,
    pub currency: Option<&'a str>,
    pub min: Option<i64>,
    pub max: Option<i64>,
    pub condition: Option<&'a str>,
    pub place: Option<&'a str>,
    pub since: Option<time::OffsetDateTime>,
    pub has_photo: bool,
    pub seller_id: Option<i64>,
}

/// The newest that fit; `limit` ends a statement that takes too long.
pub(in super::super) async fn newest(
    db: &PgPool,
    narrowed: &Narrowed<'_>,
    after: Option<&SortKey>,
    count: i64,
    limit: Duration,
) -> sqlx::Result<Cards> {
    let place = narrowed.place.map(|place| format!("{}%", escape_like(place)));
    let (created_at, id) = start(after);
    let mut tx = db.begin().await?;
    // Planned for the values at hand: what isn't asked for falls away.
    sqlx::query!(
        "SELECT set_config('plan_cache_mode', 'force_custom_plan', true) AS plans,
                set_config('statement_timeout', $1, true) AS time_out",
        limit.as_millis().to_string()
    )
    .fetch_one(&mut *tx)
    .await?;
    let rows = sqlx::query_as!(
        CardRow,
        r#"SELECT p.id, p.seller_id, p.title, p.price_minor, p.currency, p.condition, p.place,
                  (SELECT slug FROM categories WHERE id = p.category_id) AS "category!", p.state, p.created_at,
                  f.key AS "key?", f.width AS "width?", f.height AS "height?"
           FROM products p LEFT JOIN photos f ON f.product_id = p.id AND f.position = 0
           WHERE p.is_listed
             AND ($1::text IS NULL OR p.search @@ websearch_to_tsquery('english', $1))
             AND ($2::bigint IS NULL OR p.category_id = $2)
             AND ($3::text IS NULL OR p.currency = $3)
             AND ($4::bigint IS NULL OR p.price_minor >= $4)
             AND ($5::bigint IS NULL OR p.price_minor <= $5)
             AND ($6::text IS NULL OR p.condition = $6)
             AND ($7::text IS NULL OR lower(p.place) LIKE lower($7))
             AND ($8::timestamptz IS NULL OR p.created_at >= $8)
             AND (NOT $9 OR f.key IS NOT NULL)
             AND ($10::bigint IS NULL OR p.seller_id = $10)
             AND (p.created_at, p.id) < ($11, $12)
           ORDER BY p.created_at DESC, p.id DESC LIMIT $13"#,
        narrowed.words,
        narrowed.category_id,
        narrowed.currency,
        narrowed.min,
        narrowed.max,
        narrowed.condition,
        place,
        narrowed.since,
        narrowed.has_photo,
        narrowed.seller_id,
        created_at,
        id,
        count
    )
    .fetch_all(&mut *tx)
    .await?;
    tx.commit().await?;
    keyed(rows, |_| 0)
}

/// The text as itself in a LIKE pattern.
fn escape_like(text: &str) -> String {
    text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_")
}
