//! Idempotency keys.

use sqlx::{PgExecutor, PgPool};
use uuid::Uuid;

/// An answer that was kept.
pub(in crate::api) struct Answer {
    pub status: i16,
    pub body: Vec<u8>,
    pub location: Option<String>,
}

/// What became of a claim.
pub(in crate::api) enum Claim {
    /// The request is to be carried out.
    Made,
    Answered(Answer),
    /// By another request, which isn't answered yet.
    Running,
    /// The key stands for something else.
    OtherRequest,
}

/// Claims a key; one whose request has vanished is free again after two minutes.
pub(in crate::api) async fn claim_key(
    db: &PgPool,
    account_id: i64,
    key: Uuid,
    hash: &[u8],
) -> sqlx::Result<Claim> {
    let claimed = sqlx::query_scalar!(
        r#"INSERT INTO idempotency_keys AS k (account_id, key, request_hash) VALUES ($1, $2, $3)
           ON CONFLICT ON CONSTRAINT idempotency_keys_pkey DO UPDATE
           SET created_at = now(), request_hash = excluded.request_hash, status = NULL, body = NULL, location = NULL
           WHERE k.created_at < now() - CASE WHEN k.status IS NULL THEN interval '2 minutes' ELSE interval '1 day' END
           RETURNING true AS "made!""#,
        account_id,
        key,
        hash
    )
    .fetch_optional(db)
    .await?;
    if claimed.is_some() {
        return Ok(Claim::Made);
    }
    let row = sqlx::query!(
        "SELECT request_hash, status, body, location FROM idempotency_keys WHERE account_id = $1 AND key = $2",
        account_id,
        key
    )
    .fetch_optional(db)
    .await?;
    // One that was forgotten in between was refused, and may be sent again.
    let Some(row) = row else { return Ok(Claim::Running) };
    if row.request_hash != hash {
        return Ok(Claim::OtherRequest);
    }
    Ok(match (row.status, row.body) {
        (Some(status), Some(body)) => Claim::Answered(Answer { status, body, location: row.location }),
        _ => Claim::Running,
    })
}

pub(in crate::api) async fn keep_answer(
    db: impl PgExecutor<'_>,
    account_id: i64,
    key: Uuid,
    status: i16,
    body: &[u8],
    location: Option<&str>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE idempotency_keys SET status = $3, body = $4, location = $5 WHERE account_id = $1 AND key = $2",
        account_id,
        key,
        status,
        body,
        location
    )
    .execute(db)
    .await?;
    Ok(())
}

pub(in crate::api) async fn forget_key(
    db: impl PgExecutor<'_>,
    account_id: i64,
    key: Uuid,
) -> sqlx::Result<()> {
    sqlx::query!("DELETE FROM idempotency_keys WHERE account_id = $1 AND key = $2", account_id, key)
        .execute(db)
        .await?;
    Ok(())
}

/// Returns how many were older than a day.
pub(in crate::api) async fn sweep_keys(db: impl PgExecutor<'_>) -> sqlx::Result<u64> {
    let done = sqlx::query!("DELETE FROM idempotency_keys WHERE created_at < now() - interval '1 day'");
    Ok(done.execute(db).await?.rows_affected())
}
