//! Words of searches: those that mean the same, and those that found nothing.

use sqlx::{PgConnection, PgExecutor};

/// The admin's groups, as they were written.
pub(in super::super) async fn synonyms(db: impl PgExecutor<'_>) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar!("SELECT words FROM search_synonyms ORDER BY id").fetch_all(db).await
}

/// In the place of all there are.
pub(in super::super) async fn replace_synonyms(
    conn: &mut PgConnection,
    groups: &[String],
) -> sqlx::Result<()> {
    sqlx::query!("DELETE FROM search_synonyms").execute(&mut *conn).await?;
    sqlx::query!("INSERT INTO search_synonyms (words) SELECT unnest($1::text[])", groups)
        .execute(conn)
        .await?;
    Ok(())
}

/// Counts questions that nothing had; of a day, some thousands of them.
pub(in super::super) async fn add_missed(
    db: impl PgExecutor<'_>,
    questions: &[String],
    counts: &[i32],
) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO missed_searches (day, question, count)
         SELECT current_date, question, count FROM unnest($1::text[], $2::integer[]) AS missed (question, count)
         WHERE (SELECT count(*) FROM missed_searches WHERE day = current_date) < 5000
         ON CONFLICT ON CONSTRAINT missed_searches_pkey DO UPDATE SET count = missed_searches.count + excluded.count",
        questions,
        counts
    )
    .execute(db)
    .await
    .map(drop)
}

#[derive(Debug)]
pub struct MissedSearch {
    pub question: String,
    pub count: i64,
    pub last: time::Date,
}

/// What was missed most within thirty days.
pub(in super::super) async fn missed(db: impl PgExecutor<'_>, limit: i64) -> sqlx::Result<Vec<MissedSearch>> {
    sqlx::query_as!(
        MissedSearch,
        r#"SELECT question, sum(count) AS "count!", max(day) AS "last!" FROM missed_searches
           WHERE day > current_date - 30
           GROUP BY question ORDER BY sum(count) DESC, max(day) DESC, question LIMIT $1"#,
        limit
    )
    .fetch_all(db)
    .await
}

/// Forgets what is older than thirty days.
pub(in super::super) async fn sweep_missed(db: impl PgExecutor<'_>) -> sqlx::Result<()> {
    sqlx::query!("DELETE FROM missed_searches WHERE day <= current_date - 30").execute(db).await.map(drop)
}
