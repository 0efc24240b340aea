use std::time::Duration;

use serde_json::Value;
use sqlx::PgExecutor;

/// False if there is one with this key.
pub(super) async fn insert_letter(db: impl PgExecutor<'_>, key: &str, letter: Value) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "INSERT INTO letters (key, letter) VALUES ($1, $2) ON CONFLICT ON CONSTRAINT letters_pkey DO NOTHING",
        key,
        letter
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() > 0)
}

pub(super) async fn letter(db: impl PgExecutor<'_>, key: &str) -> sqlx::Result<Option<Value>> {
    sqlx::query_scalar!("SELECT letter FROM letters WHERE key = $1", key).fetch_optional(db).await
}

pub(super) async fn delete_letter(db: impl PgExecutor<'_>, key: &str) -> sqlx::Result<()> {
    sqlx::query!("DELETE FROM letters WHERE key = $1", key).execute(db).await?;
    Ok(())
}

pub(super) async fn delete_old_letters(db: impl PgExecutor<'_>, ttl: Duration) -> sqlx::Result<u64> {
    let done = sqlx::query!(
        "DELETE FROM letters WHERE created_at < now() - make_interval(secs => $1)",
        ttl.as_secs_f64()
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected())
}

pub(super) async fn is_bounced(db: impl PgExecutor<'_>, email: &str) -> sqlx::Result<bool> {
    let found = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT 1 FROM bounced_addresses WHERE email = $1) AS "yes!""#,
        email
    );
    found.fetch_one(db).await
}

pub(super) async fn insert_bounced(db: impl PgExecutor<'_>, email: &str, answer: &str) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO bounced_addresses (email, answer) VALUES ($1, $2)
         ON CONFLICT ON CONSTRAINT bounced_addresses_pkey DO UPDATE SET answer = excluded.answer, bounced_at = now()",
        email,
        answer
    )
    .execute(db)
    .await?;
    Ok(())
}

pub(super) async fn delete_bounced(db: impl PgExecutor<'_>, email: &str) -> sqlx::Result<()> {
    sqlx::query!("DELETE FROM bounced_addresses WHERE email = $1", email).execute(db).await?;
    Ok(())
}
