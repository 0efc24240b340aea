//! `/admin/apps`: apps that may ask people for access to their accounts (OAuth's clients); added, listed, removed.

use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use sqlx::PgPool;
use tower_sessions::Session;

use super::{
    audit::{self, Done},
    model::{AppInput, AuditAction},
    store,
    views::AppsPage,
};
use crate::admin::sentences;
use crate::{
    accounts::{AccessEvents, Admin, oauth},
    web::{FieldErrors, Form, Path, Result, Shell, flash},
};

pub(super) async fn list(State(db): State<PgPool>, _: Admin, shell: Shell) -> Result<AppsPage> {
    page(&db, shell, AppInput::default(), FieldErrors::default()).await
}

async fn page(db: &PgPool, shell: Shell, form: AppInput, errors: FieldErrors) -> Result<AppsPage> {
    Ok(AppsPage { shell, apps: oauth::apps(db).await?, form, errors })
}

pub(super) async fn add(
    State(db): State<PgPool>,
    (session, shell): (Session, Shell),
    Admin(admin): Admin,
    Form(typed): Form<AppInput>,
) -> Result<Response> {
    let mut errors = FieldErrors::default();
    if let Some(new) = typed.parse(&mut errors) {
        let mut tx = db.begin().await?;
        if let Some(id) = oauth::add_app(&mut tx, &new, admin.account_id).await? {
            let subject = format!("“{}” ({id})", new.name);
            store::audit::record(&mut *tx, admin.account_id, AuditAction::AddApp, &subject).await?;
            tx.commit().await?;
            flash::success(&session, sentences::added_its_client_id_is(id)).await?;
            return Ok(Redirect::to("/admin/apps").into_response());
        }
        errors.add("", sentences::THERE_ARE_VERY_MANY_APPS_ALREADY);
    }
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page(&db, shell, typed, errors).await?).into_response())
}

/// Whoever uses it is signed out of it.
pub(super) async fn remove(
    (State(db), State(events)): (State<PgPool>, State<AccessEvents>),
    session: Session,
    Admin(admin): Admin,
    Path(id): Path<String>,
) -> Result<Redirect> {
    let mut tx = db.begin().await?;
    let removed = match id.contains('\0') {
        true => None,
        false => oauth::remove_app(&mut tx, &id).await?,
    };
    let (done, ended) = match removed {
        Some((name, ended)) => {
            let done = Done {
                action: AuditAction::RemoveApp,
                subject: format!("“{name}” ({id})"),
                sentence: sentences::REMOVED_WHOEVER_USED_IT_IS_SIGNED_OUT_OF_IT.to_owned(),
            };
            (Some(done), ended)
        }
        None => (None, Vec::new()),
    };
    audit::finish(tx, &session, &admin, done, sentences::THERE_IS_NO_SUCH_APP).await?;
    for change in ended {
        events.publish(change);
    }
    Ok(Redirect::to("/admin/apps"))
}
