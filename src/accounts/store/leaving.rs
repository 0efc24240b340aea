//! Accounts whose owners leave.

use sqlx::{PgConnection, PgExecutor};
use time::OffsetDateTime;

use crate::accounts::model::Leaver;

/// A second request changes nothing about the first one's time.
pub(in crate::accounts) async fn ask(
    db: impl PgExecutor<'_>,
    account_id: i64,
) -> sqlx::Result<OffsetDateTime> {
    sqlx::query_scalar!(
        r#"UPDATE accounts SET delete_after = coalesce(delete_after, now() + interval '7 days') WHERE id = $1
           RETURNING delete_after AS "delete_after!""#,
        account_id
    )
    .fetch_one(db)
    .await
}

pub(in crate::accounts) async fn stay(db: impl PgExecutor<'_>, account_id: i64) -> sqlx::Result<()> {
    sqlx::query!("UPDATE accounts SET delete_after = NULL WHERE id = $1 AND deleted_at IS NULL", account_id)
        .execute(db)
        .await?;
    Ok(())
}

/// At most so many at a time; the next run goes on.
const MAX_DUE: i64 = 500;

pub(in crate::accounts) async fn due(db: impl PgExecutor<'_>) -> sqlx::Result<Vec<Leaver>> {
    sqlx::query_as!(
        Leaver,
        r#"SELECT a.id AS account_id, c.id AS "seller_id?" FROM accounts a LEFT JOIN customers c ON c.account_id = a.id
           WHERE a.delete_after < now() ORDER BY a.delete_after LIMIT $1"#,
        MAX_DUE
    )
    .fetch_all(db)
    .await
}

/// What led elsewhere from an account that is empty now.
pub(in crate::accounts) struct ErasedRow {
    pub email: String,
    pub photo_key: Option<String>,
}

/// Leaves an empty account; none if it isn't due.
pub(in crate::accounts) async fn erase(
    tx: &mut PgConnection,
    account_id: i64,
) -> sqlx::Result<Option<ErasedRow>> {
    let before = sqlx::query_as!(
        ErasedRow,
        "SELECT email, photo_key FROM accounts WHERE id = $1 AND delete_after < now() AND NOT is_admin FOR UPDATE",
        account_id
    );
    let Some(before) = before.fetch_optional(&mut *tx).await? else { return Ok(None) };
    sqlx::query!("DELETE FROM data_exports WHERE account_id = $1", account_id).execute(&mut *tx).await?;
    sqlx::query!(
        "UPDATE accounts SET name = 'Deleted account', email = 'deleted-' || id || '@deleted.invalid', password_hash = '',
                             email_confirmed_at = NULL, must_confirm_email = false, about_line = '', photo_key = NULL,
                             delete_after = NULL, deleted_at = now(), suspended_at = coalesce(suspended_at, now())
         WHERE id = $1",
        account_id
    )
    .execute(&mut *tx)
    .await?;
    sqlx::query!(
        "UPDATE customers SET shop_name = 'Deleted account', place = '', about = '' WHERE account_id = $1",
        account_id
    )
    .execute(tx)
    .await?;
    Ok(Some(before))
}
