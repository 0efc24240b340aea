//! `/admin/audit`: the audit log. Every action writes its line in its own transaction.

use axum::extract::State;
use serde::Deserialize;
use sqlx::{PgExecutor, PgPool, Postgres, Transaction};
use tower_sessions::Session;

use crate::{
    accounts::{Admin, CurrentUser},
    admin::{model::AuditAction, store, views::AuditPage},
    web::{Pager, Query, Result, Shell, flash},
};

const LINES_PER_PAGE: i64 = 50;

#[derive(Deserialize)]
pub(super) struct AuditQuery {
    page: Option<i64>,
}

pub(super) async fn list(
    State(db): State<PgPool>,
    _: Admin,
    shell: Shell,
    Query(asked): Query<AuditQuery>,
) -> Result<AuditPage> {
    let total = store::audit::count(&db).await?;
    let pager = Pager::new(asked.page, LINES_PER_PAGE, total, "/admin/audit?");
    let lines = store::audit::latest(&db, pager.limit(), pager.offset()).await?;
    Ok(AuditPage { shell, lines, pager })
}

/// Notes what is done from the command line, in the transaction that does it.
pub async fn record_command(db: impl PgExecutor<'_>, action: AuditAction, subject: &str) -> sqlx::Result<()> {
    store::audit::record_command(db, action, subject).await
}

/// Something that an admin has done in a transaction, and what they are told.
pub(super) struct Done {
    pub action: AuditAction,
    /// As people read it.
    pub subject: String,
    pub sentence: String,
}

/// Commits it with its line in the log; or tells them why there was nothing to do.
pub(super) async fn finish(
    mut tx: Transaction<'_, Postgres>,
    session: &Session,
    admin: &CurrentUser,
    done: Option<Done>,
    otherwise: &str,
) -> Result<()> {
    let Some(done) = done else { return flash::error(session, otherwise).await };
    store::audit::record(&mut *tx, admin.account_id, done.action, &done.subject).await?;
    tx.commit().await?;
    flash::success(session, done.sentence).await
}
