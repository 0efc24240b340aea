//! The rows behind the session store: those that a cookie opens. A grant is reached by its tokens alone (`grants.rs`).

use serde_json::Value;
use sqlx::PgExecutor;
use time::OffsetDateTime;

pub(in crate::accounts) async fn insert(
    db: impl PgExecutor<'_>,
    id_hash: Vec<u8>,
    account_id: Option<i64>,
    data: Value,
    expires_at: OffsetDateTime,
) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO sessions (id_hash, account_id, data, expires_at) VALUES ($1, $2, $3, $4)",
        id_hash,
        account_id,
        data,
        expires_at,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Changes nothing if the session has ended.
pub(in crate::accounts) async fn update(
    db: impl PgExecutor<'_>,
    id_hash: Vec<u8>,
    account_id: Option<i64>,
    data: Value,
    expires_at: OffsetDateTime,
) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE sessions SET account_id = $2, data = $3, expires_at = $4 WHERE id_hash = $1 AND kind = 'browser'",
        id_hash,
        account_id,
        data,
        expires_at,
    )
    .execute(db)
    .await?;
    Ok(())
}

pub(in crate::accounts) async fn delete(db: impl PgExecutor<'_>, id_hash: Vec<u8>) -> sqlx::Result<()> {
    sqlx::query!("DELETE FROM sessions WHERE id_hash = $1 AND kind = 'browser'", id_hash).execute(db).await?;
    Ok(())
}

/// Takes a value out of a session's data; of several who take it one gets it.
pub(in crate::accounts) async fn take_key(
    db: impl PgExecutor<'_>,
    id_hash: Vec<u8>,
    key: &str,
) -> sqlx::Result<Option<Value>> {
    sqlx::query_scalar!(
        r#"UPDATE sessions SET data = sessions.data - $2::text
           FROM (SELECT id_hash, data->$2::text AS taken FROM sessions
                 WHERE id_hash = $1 AND kind = 'browser' AND expires_at > now() FOR UPDATE) AS old
           WHERE sessions.id_hash = old.id_hash AND old.taken IS NOT NULL
           RETURNING old.taken AS "taken!""#,
        id_hash,
        key
    )
    .fetch_optional(db)
    .await
}

/// Returns how many had expired.
pub(in crate::accounts) async fn delete_expired(db: impl PgExecutor<'_>) -> sqlx::Result<u64> {
    Ok(sqlx::query!("DELETE FROM sessions WHERE expires_at < now()").execute(db).await?.rows_affected())
}
