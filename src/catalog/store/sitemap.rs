//! What sitemaps list.

use sqlx::PgExecutor;
use time::OffsetDateTime;

pub(in super::super) struct SitemapRow {
    pub id: i64,
    pub title: String,
    pub updated_at: OffsetDateTime,
}

/// Which ranges of so many numbers have something listed in them, from 0 on: one look into the index of numbers for each
/// (a loose index scan).
pub(in super::super) async fn parts(db: impl PgExecutor<'_>, numbers: i64) -> sqlx::Result<Vec<i64>> {
    sqlx::query_scalar!(
        r#"WITH RECURSIVE parts AS (
               (SELECT (id - 1) / $1::bigint AS part FROM products WHERE is_listed ORDER BY id LIMIT 1)
               UNION ALL
               SELECT (SELECT (id - 1) / $1::bigint FROM products
                       WHERE is_listed AND id > (part + 1) * $1::bigint ORDER BY id LIMIT 1)
               FROM parts WHERE part IS NOT NULL
           )
           SELECT part AS "part!" FROM parts WHERE part IS NOT NULL"#,
        numbers
    )
    .fetch_all(db)
    .await
}

/// The next that are listed, from after a number up to another one (keyset).
pub(in super::super) async fn piece(
    db: impl PgExecutor<'_>,
    (after, until): (i64, i64),
    limit: i64,
) -> sqlx::Result<Vec<SitemapRow>> {
    sqlx::query_as!(
        SitemapRow,
        "SELECT id, title, updated_at FROM products
         WHERE is_listed AND id > $1 AND id <= $2 ORDER BY id LIMIT $3",
        after,
        until,
        limit
    )
    .fetch_all(db)
    .await
}
