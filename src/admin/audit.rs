//! `/admin/audit`: the audit log. Every action writes its line in its own transaction.

use axum::extract::State;
use serde::Deserialize;
use sqlx::{PgExecutor, PgPool};

use crate::{
    accounts::Admin,
    admin::{model::AuditAction, store, views::AuditPage},
    web::{Pager, Query, Result, Shell},
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
