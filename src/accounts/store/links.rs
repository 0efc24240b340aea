//! The table `account_links`.

use sqlx::PgExecutor;
use time::Duration;

use crate::accounts::link::{Link, Purpose};

/// In place of the account's link for the same; of undo links only that to the same address.
pub(in crate::accounts) async fn replace(
    db: impl PgExecutor<'_>,
    token_hash: &[u8],
    link: &Link,
    purpose: Purpose,
    ttl: Duration,
) -> sqlx::Result<()> {
    sqlx::query!(
        "WITH old AS (
             DELETE FROM account_links
             WHERE account_id = $2 AND purpose = $3 AND (purpose <> 'undo' OR email = $4))
         INSERT INTO account_links (token_hash, account_id, purpose, email, expires_at)
         VALUES ($1, $2, $3, $4, now() + make_interval(secs => $5))",
        token_hash,
        link.account_id,
        purpose.code(),
        link.email,
        ttl.as_seconds_f64()
    )
    .execute(db)
    .await?;
    Ok(())
}

pub(in crate::accounts) async fn find(
    db: impl PgExecutor<'_>,
    token_hash: &[u8],
    purpose: Purpose,
) -> sqlx::Result<Option<Link>> {
    sqlx::query_as!(
        Link,
        "SELECT account_id, email FROM account_links WHERE token_hash = $1 AND purpose = $2 AND expires_at > now()",
        token_hash,
        purpose.code()
    )
    .fetch_optional(db)
    .await
}

pub(in crate::accounts) async fn take(
    db: impl PgExecutor<'_>,
    token_hash: &[u8],
    purpose: Purpose,
) -> sqlx::Result<Option<Link>> {
    sqlx::query_as!(
        Link,
        "DELETE FROM account_links WHERE token_hash = $1 AND purpose = $2 AND expires_at > now()
         RETURNING account_id, email",
        token_hash,
        purpose.code()
    )
    .fetch_optional(db)
    .await
}

/// All links of an account; those that undo a change of address too, if `undo`.
pub(in crate::accounts) async fn forget(
    db: impl PgExecutor<'_>,
    account_id: i64,
    undo: bool,
) -> sqlx::Result<()> {
    sqlx::query!(
        "DELETE FROM account_links WHERE account_id = $1 AND ($2 OR purpose <> 'undo')",
        account_id,
        undo
    )
    .execute(db)
    .await?;
    Ok(())
}

pub(in crate::accounts) async fn delete_expired(db: impl PgExecutor<'_>) -> sqlx::Result<u64> {
    Ok(sqlx::query!("DELETE FROM account_links WHERE expires_at < now()").execute(db).await?.rows_affected())
}
