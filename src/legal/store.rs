use sqlx::{PgConnection, PgExecutor};
use time::OffsetDateTime;

use super::model::LegalText;

/// A version of a page; the latest, if none is named.
pub(super) async fn version(
    db: impl PgExecutor<'_>,
    page: &str,
    version: Option<i32>,
) -> sqlx::Result<Option<LegalText>> {
    sqlx::query_as!(
        LegalText,
        "SELECT version, text, published_at FROM legal_versions
         WHERE page = $1 AND ($2::integer IS NULL OR version = $2)
         ORDER BY version DESC LIMIT 1",
        page,
        version
    )
    .fetch_optional(db)
    .await
}

/// The latest `limit` versions of a page and when they came, the newest first.
pub(super) async fn history(
    db: impl PgExecutor<'_>,
    page: &str,
    limit: i64,
) -> sqlx::Result<Vec<(i32, OffsetDateTime)>> {
    let rows = sqlx::query!(
        "SELECT version, published_at FROM legal_versions WHERE page = $1 ORDER BY version DESC LIMIT $2",
        page,
        limit
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| (row.version, row.published_at)).collect())
}

/// Pages whose latest version says something, and that version.
pub(super) async fn written(db: impl PgExecutor<'_>) -> sqlx::Result<Vec<(String, i32)>> {
    let rows = sqlx::query!(
        "SELECT page, version FROM (
             SELECT DISTINCT ON (page) page, version, text FROM legal_versions ORDER BY page, version DESC
         ) AS latest
         WHERE text <> ''"
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| (row.page, row.version)).collect())
}

/// The latest version, and nobody publishes another one until the transaction ends.
pub(super) async fn lock_latest(tx: &mut PgConnection, page: &str) -> sqlx::Result<Option<LegalText>> {
    sqlx::query!("SELECT pg_advisory_xact_lock(hashtext('legal_versions'))").execute(&mut *tx).await?;
    version(tx, page, None).await
}

pub(super) async fn insert(
    tx: &mut PgConnection,
    page: &str,
    version: i32,
    text: &str,
    account_id: i64,
) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO legal_versions (page, version, text, published_by) VALUES ($1, $2, $3, $4)",
        page,
        version,
        text,
        account_id
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Idempotent: agreeing again keeps the first time.
pub(super) async fn agree(
    db: impl PgExecutor<'_>,
    account_id: i64,
    pages: &[String],
    versions: &[i32],
) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO legal_agreements (account_id, page, version)
         SELECT $1, page, version FROM unnest($2::text[], $3::integer[]) AS agreed (page, version)
         ON CONFLICT ON CONSTRAINT legal_agreements_pkey DO NOTHING",
        account_id,
        pages,
        versions
    )
    .execute(db)
    .await?;
    Ok(())
}
