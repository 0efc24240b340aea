//! The table `known_browsers`.

use sqlx::PgExecutor;

use crate::accounts::model::Email;

/// Of one account; the oldest go first.
const MAX_PER_ACCOUNT: i64 = 20;

pub(in crate::accounts) async fn account(
    db: impl PgExecutor<'_>,
    token_hash: &[u8],
    email: &Email,
) -> sqlx::Result<Option<i64>> {
    sqlx::query_scalar!(
        "SELECT k.account_id FROM known_browsers k JOIN accounts a ON a.id = k.account_id
         WHERE a.email = $1 AND k.token_hash = $2",
        email.as_str(),
        token_hash
    )
    .fetch_optional(db)
    .await
}

pub(in crate::accounts) async fn remember(
    db: impl PgExecutor<'_>,
    account_id: i64,
    token_hash: &[u8],
) -> sqlx::Result<()> {
    sqlx::query!(
        "WITH known AS (
             INSERT INTO known_browsers (account_id, token_hash) VALUES ($1, $2)
             ON CONFLICT ON CONSTRAINT known_browsers_pkey DO UPDATE SET last_used_at = now()
         )
         DELETE FROM known_browsers WHERE account_id = $1 AND token_hash IN (
             SELECT token_hash FROM known_browsers WHERE account_id = $1 AND token_hash <> $2
             ORDER BY last_used_at DESC OFFSET $3)",
        account_id,
        token_hash,
        MAX_PER_ACCOUNT - 1
    )
    .execute(db)
    .await?;
    Ok(())
}

/// After a new password: whoever knew the old one may have signed in too.
pub(in crate::accounts) async fn forget_all(db: impl PgExecutor<'_>, account_id: i64) -> sqlx::Result<()> {
    sqlx::query!("DELETE FROM known_browsers WHERE account_id = $1", account_id).execute(db).await?;
    Ok(())
}
