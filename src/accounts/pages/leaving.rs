//! `/account/leave`: a copy of one's data, and deleting one's account.

use axum::{
    body::Body,
    extract::State,
    http::{HeaderName, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use futures_util::stream;
use serde::Deserialize;
use sqlx::PgPool;
use tower_sessions::Session;

use crate::accounts::sentences;
use crate::{
    accounts::{
        access::AccessEvents,
        current_user::CurrentUser,
        export,
        hash_queue::Lane,
        leaving, letters,
        limits::{Attempt, SignInLimits},
        sign_in,
        views::LeavePage,
    },
    web::{Error, FieldErrors, Form, Result, Shell, flash},
};

pub(in crate::accounts) async fn show(
    State(db): State<PgPool>,
    shell: Shell,
    user: CurrentUser,
) -> Result<LeavePage> {
    page(&db, shell, user, FieldErrors::default()).await
}

async fn page(db: &PgPool, shell: Shell, user: CurrentUser, errors: FieldErrors) -> Result<LeavePage> {
    let copy = export::find(db, user.account_id).await?;
    Ok(LeavePage { shell, errors, copy, delete_after: user.delete_after, is_admin: user.is_admin })
}

#[derive(Deserialize)]
pub(in crate::accounts) struct LeaveForm {
    #[serde(default)]
    current_password: String,
}

/// `POST /account/delete`
pub(in crate::accounts) async fn delete(
    (State(db), State(events), State(limits)): (State<PgPool>, State<AccessEvents>, State<SignInLimits>),
    (session, shell): (Session, Shell),
    user: CurrentUser,
    Form(LeaveForm { current_password }): Form<LeaveForm>,
) -> Result<Response> {
    if user.is_admin {
        return Err(Error::Forbidden(sentences::WHOEVER_RUNS_THE_MARKETPLACE_CANT_LEAVE_IT_LIKE_THAT));
    }
    let taken = limits.take(&Attempt::Account(user.account_id))?;
    let right =
        sign_in::is_password(&db, Lane::Known(user.account_id), user.account_id, &current_password).await;
    if !matches!(right, Ok(false)) {
        taken.give_back();
    }
    if !right? {
        let mut errors = FieldErrors::default();
        errors.add("current_password", sentences::THAT_ISNT_YOUR_CURRENT_PASSWORD);
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page(&db, shell, user, errors).await?).into_response());
    }
    leaving::ask(&db, &events, user.account_id).await?;
    let words = letters::leaving(&shell.marketplace);
    letters::enqueue_if(user.email_confirmed, &db, &shell.marketplace, &user.email, &words).await?;
    flash::success(&session, sentences::YOUR_ACCOUNT_WILL_BE_DELETED_IN_SEVEN_DAYS).await?;
    Ok(Redirect::to("/account/leave").into_response())
}

/// `POST /account/keep`
pub(in crate::accounts) async fn keep(
    (State(db), State(events)): (State<PgPool>, State<AccessEvents>),
    session: Session,
    user: CurrentUser,
) -> Result<Redirect> {
    leaving::stay(&db, &events, user.account_id).await?;
    flash::success(&session, sentences::GOOD_TO_HAVE_YOU).await?;
    Ok(Redirect::to("/account"))
}

/// `POST /account/export`
pub(in crate::accounts) async fn ask_for_copy(
    State(db): State<PgPool>,
    session: Session,
    user: CurrentUser,
) -> Result<Redirect> {
    let sentence = match export::ask(&db, user.account_id).await? {
        true => sentences::YOUR_DATA_IS_BEING_PUT_TOGETHER,
        false => sentences::ONE_COPY_A_DAY,
    };
    flash::success(&session, sentence).await?;
    Ok(Redirect::to("/account/leave"))
}

/// `GET /account/export.zip`: for whoever is signed in to the account, and nobody else.
pub(in crate::accounts) async fn download(State(db): State<PgPool>, user: CurrentUser) -> Result<Response> {
    let copy =
        export::find(&db, user.account_id).await?.filter(|copy| copy.is_ready).ok_or(Error::NotFound)?;
    // A piece at a time, so that a slow reader costs no memory and no connection.
    let parts = stream::try_unfold(0, move |number| {
        let db = db.clone();
        async move {
            let part = export::part(&db, user.account_id, number).await?;
            anyhow::Ok(part.map(|part| (part, number + 1)))
        }
    });
    let headers: [(HeaderName, String); 3] = [
        (header::CONTENT_TYPE, "application/zip".to_owned()),
        (header::CONTENT_LENGTH, copy.bytes.to_string()),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"my-data.zip\"".to_owned()),
    ];
    Ok((headers, Body::from_stream(parts)).into_response())
}
