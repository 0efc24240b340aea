use sqlx::PgExecutor;
use time::OffsetDateTime;

use crate::admin::model::AuditAction;

/// A line of the audit log.
#[derive(Clone, Debug)]
pub(in crate::admin) struct AuditLine {
    pub admin: String,
    action: String,
    pub subject: String,
    pub at: OffsetDateTime,
}

impl AuditLine {
    pub fn action(&self) -> &str {
        AuditAction::label_of(&self.action)
    }
}

/// Notes what an admin does, in the transaction that does it. `subject` is what they do it to, as
/// people read it.
pub(in crate::admin) async fn record(
    db: impl PgExecutor<'_>,
    admin_id: i64,
    action: AuditAction,
    subject: &str,
) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO audit_log (admin_id, action, subject) VALUES ($1, $2, $3)",
        admin_id,
        action.code(),
        subject
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The same of what was done from the command line, by nobody with an account.
pub(in crate::admin) async fn record_command(
    db: impl PgExecutor<'_>,
    action: AuditAction,
    subject: &str,
) -> sqlx::Result<()> {
    sqlx::query!("INSERT INTO audit_log (action, subject) VALUES ($1, $2)", action.code(), subject)
        .execute(db)
        .await?;
    Ok(())
}

pub(in crate::admin) async fn count(db: impl PgExecutor<'_>) -> sqlx::Result<i64> {
    sqlx::query_scalar!(r#"SELECT count(*) AS "count!" FROM audit_log"#).fetch_one(db).await
}

pub(in crate::admin) async fn latest(
    db: impl PgExecutor<'_>,
    limit: i64,
    offset: i64,
) -> sqlx::Result<Vec<AuditLine>> {
    sqlx::query_as!(
        AuditLine,
        r#"SELECT coalesce(a.name, 'The command line') AS "admin!", l.action, l.subject, l.at
           FROM audit_log l LEFT JOIN accounts a ON a.id = l.admin_id
           ORDER BY l.at DESC, l.id DESC LIMIT $1 OFFSET $2"#,
        limit,
        offset
    )
    .fetch_all(db)
    .await
}
