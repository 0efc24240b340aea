//! Notices that are due to be mailed.

use sqlx::PgExecutor;
use time::OffsetDateTime;

use super::super::notice::Notice;

/// Notices in one letter; more come with the next.
const MAX_WAITING: i64 = 50;

/// A notice whose letter waits.
#[derive(Clone, Debug)]
pub(in super::super) struct WaitingNotice {
    pub notice: Notice,
    pub mail_at: OffsetDateTime,
}

/// People with something due, the longest first.
pub(in super::super) async fn accounts_due(
    db: impl PgExecutor<'_>,
    now: OffsetDateTime,
    limit: i64,
) -> sqlx::Result<Vec<i64>> {
    sqlx::query_scalar!(
        "SELECT account_id FROM notices WHERE mail_at <= $1 GROUP BY account_id ORDER BY min(mail_at) LIMIT $2",
        now,
        limit
    )
    .fetch_all(db)
    .await
}

/// All that waits for somebody, due or not, the latest first; locked for the transaction. Nothing of it if another node
/// has it.
pub(in super::super) async fn lock_waiting(
    db: impl PgExecutor<'_>,
    account_id: i64,
) -> sqlx::Result<Vec<WaitingNotice>> {
    let rows = sqlx::query!(
        r#"SELECT id, account_id, kind, subject, details, happened_at, read_at IS NOT NULL AS "is_read!",
                  mail_at AS "mail_at!"
           FROM notices WHERE account_id = $1 AND mail_at IS NOT NULL
           ORDER BY happened_at DESC, id DESC LIMIT $2 FOR UPDATE SKIP LOCKED"#,
        account_id,
        MAX_WAITING
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| WaitingNotice { notice: notice_of!(row), mail_at: row.mail_at }).collect())
}

/// What is due waits until then.
pub(in super::super) async fn hold(
    db: impl PgExecutor<'_>,
    account_id: i64,
    now: OffsetDateTime,
    until: OffsetDateTime,
) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE notices SET mail_at = $3 WHERE account_id = $1 AND mail_at <= $2",
        account_id,
        now,
        until
    )
    .execute(db)
    .await?;
    Ok(())
}

/// A letter tells of them: there is no other until they were read.
pub(in super::super) async fn mailed(
    db: impl PgExecutor<'_>,
    ids: &[i64],
    now: OffsetDateTime,
) -> sqlx::Result<()> {
    sqlx::query!("UPDATE notices SET mailed_at = $2, mail_at = NULL WHERE id = ANY($1)", ids, now)
        .execute(db)
        .await?;
    Ok(())
}

/// No letter tells of them.
pub(in super::super) async fn forget(db: impl PgExecutor<'_>, ids: &[i64]) -> sqlx::Result<()> {
    sqlx::query!("UPDATE notices SET mail_at = NULL WHERE id = ANY($1)", ids).execute(db).await?;
    Ok(())
}
