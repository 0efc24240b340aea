//! `/admin/jobs`: jobs that failed, and sending the dead ones again.

use axum::{extract::State, response::Redirect};
use sqlx::PgPool;
use tower_sessions::Session;

use super::{
    audit::{self, Done},
    model::AuditAction,
    views::JobsPage,
};
use crate::admin::sentences;
use crate::{
    accounts::Admin,
    jobs,
    web::{Path, Result, Shell},
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
    let done = jobs::send_again(&mut *tx, id).await?.map(|name| Done {
        action: AuditAction::SendJobAgain,
        subject: format!("{name} (job {id})"),
        sentence: format!("{name} waits again."),
    });
    audit::finish(tx, &session, &admin, done, sentences::THAT_JOB_ISNT_DEAD_ANY_MORE).await?;
    Ok(Redirect::to("/admin/jobs"))
}
