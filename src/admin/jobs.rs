//! `/admin/jobs`: jobs that failed, and sending the dead ones again.

use axum::{extract::State, response::Redirect};
use sqlx::PgPool;
use tower_sessions::Session;

use super::{model::AuditAction, store, views::JobsPage};
use crate::{
    accounts::Admin,
    jobs,
    web::{Path, Result, Shell, flash},
};

pub(super) async fn list(State(db): State<PgPool>, _: Admin, shell: Shell) -> Result<JobsPage> {
    let counts = jobs::counts(&db).await?;
    Ok(JobsPage { shell, counts, failed: jobs::failed(&db).await? })
}

pub(super) async fn send_again(
    State(db): State<PgPool>,
    session: Session,
    Admin(admin): Admin,
    Path(id): Path<i64>,
) -> Result<Redirect> {
    let mut tx = db.begin().await?;
    match jobs::send_again(&mut *tx, id).await? {
        Some(name) => {
            let subject = format!("{name} (job {id})");
            store::audit::record(&mut *tx, admin.account_id, AuditAction::SendJobAgain, &subject).await?;
            tx.commit().await?;
            flash::success(&session, format!("{name} waits again.")).await?;
        }
        None => flash::error(&session, "That job isn’t dead any more, or another like it waits.").await?,
    }
    Ok(Redirect::to("/admin/jobs"))
}
