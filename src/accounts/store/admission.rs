use sqlx::PgExecutor;
use time::OffsetDateTime;

use crate::accounts::model::Admission;

#[derive(Clone, Debug)]
pub struct WaitingPerson {
    pub id: i64,
    pub name: String,
    pub email: String,
    pub since: OffsetDateTime,
}

pub(in crate::accounts) async fn waiting(
    db: impl PgExecutor<'_>,
    limit: i64,
) -> sqlx::Result<Vec<WaitingPerson>> {
    sqlx::query_as!(
        WaitingPerson,
        "SELECT id, name, email, created_at AS since FROM accounts
         WHERE admission = 'waiting' AND suspended_at IS NULL ORDER BY created_at, id LIMIT $1",
        limit
    )
    .fetch_all(db)
    .await
}

pub(in crate::accounts) async fn decide(
    db: impl PgExecutor<'_>,
    account_id: i64,
    admission: Admission,
    reason: &str,
) -> sqlx::Result<Option<String>> {
    let row = sqlx::query!(
        "UPDATE accounts SET admission = $2, admission_reason = $3
         WHERE id = $1 AND admission = 'waiting' RETURNING name, email",
        account_id,
        admission.code(),
        reason
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(|row| format!("{} ({})", row.name, row.email)))
}

/// Of an account that has just been made.
pub(in crate::accounts) async fn set_waiting(db: impl PgExecutor<'_>, account_id: i64) -> sqlx::Result<()> {
    sqlx::query!("UPDATE accounts SET admission = 'waiting' WHERE id = $1", account_id).execute(db).await?;
    Ok(())
}
