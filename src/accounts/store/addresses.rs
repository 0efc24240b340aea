//! An account's address: whether it is confirmed, and another one in its place.

use sqlx::PgExecutor;

/// What letters need to know of whoever gets them.
pub(in crate::accounts) struct Addressee {
    pub account_id: i64,
    pub email: String,
    pub is_confirmed: bool,
}

pub(in crate::accounts) async fn of_account(
    db: impl PgExecutor<'_>,
    account_id: i64,
) -> sqlx::Result<Option<Addressee>> {
    sqlx::query_as!(
        Addressee,
        r#"SELECT id AS account_id, email, email_confirmed_at IS NOT NULL AS "is_confirmed!" FROM accounts
           WHERE id = $1"#,
        account_id
    )
    .fetch_optional(db)
    .await
}

pub(in crate::accounts) async fn by_email(
    db: impl PgExecutor<'_>,
    email: &str,
) -> sqlx::Result<Option<Addressee>> {
    sqlx::query_as!(
        Addressee,
        r#"SELECT id AS account_id, email, email_confirmed_at IS NOT NULL AS "is_confirmed!" FROM accounts
           WHERE email = $1"#,
        email
    )
    .fetch_optional(db)
    .await
}

/// Compare-and-set: false if the account has another address by now.
pub(in crate::accounts) async fn confirm(
    db: impl PgExecutor<'_>,
    account_id: i64,
    email: &str,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "UPDATE accounts SET email_confirmed_at = coalesce(email_confirmed_at, now()), must_confirm_email = false
         WHERE id = $1 AND email = $2",
        account_id,
        email
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Gives the account this address, which has been confirmed; what it had before. Fails on `accounts_email_key` if
/// another account has it.
pub(in crate::accounts) async fn replace(
    db: impl PgExecutor<'_>,
    account_id: i64,
    email: &str,
) -> sqlx::Result<Option<Addressee>> {
    sqlx::query_as!(
        Addressee,
        r#"UPDATE accounts a SET email = $2, email_confirmed_at = now(), must_confirm_email = false
           FROM (SELECT id, email, email_confirmed_at FROM accounts WHERE id = $1 FOR UPDATE) AS old
           WHERE a.id = old.id
           RETURNING old.id AS account_id, old.email, old.email_confirmed_at IS NOT NULL AS "is_confirmed!""#,
        account_id,
        email
    )
    .fetch_optional(db)
    .await
}

/// The account writes and sells nothing before its address is confirmed.
pub(in crate::accounts) async fn demand_confirmation(
    db: impl PgExecutor<'_>,
    account_id: i64,
) -> sqlx::Result<()> {
    sqlx::query!("UPDATE accounts SET must_confirm_email = true WHERE id = $1", account_id)
        .execute(db)
        .await?;
    Ok(())
}

/// Nobody waits for letters where none are sent.
pub(in crate::accounts) async fn demand_no_confirmations(db: impl PgExecutor<'_>) -> sqlx::Result<u64> {
    let done = sqlx::query!("UPDATE accounts SET must_confirm_email = false WHERE must_confirm_email");
    Ok(done.execute(db).await?.rows_affected())
}

/// Where letters go that nobody asked for just now: to nobody who is suspended or hasn't confirmed their address.
pub(in crate::accounts) async fn mail_address(
    db: impl PgExecutor<'_>,
    account_id: i64,
) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar!(
        "SELECT email FROM accounts
         WHERE id = $1 AND suspended_at IS NULL AND (email_confirmed_at IS NOT NULL OR NOT must_confirm_email)",
        account_id
    )
    .fetch_optional(db)
    .await
}
