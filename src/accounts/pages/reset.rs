//! `/forgot-password` asks for a letter, `/reset-password` is where its link leads.
//!
//! The request enqueues a job and nothing else, so that its answer and its work are the same for every address.

use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;
use sqlx::PgPool;
use tower_sessions::Session;

use crate::accounts::sentences;
use crate::{
    accounts::{
        access::AccessEvents,
        hash_queue::Lane,
        letters,
        limits::{SignInLimits, network},
        link::Purpose,
        links,
        mail_jobs::LinkLetter,
        model::{Email, Password},
        reset,
        views::{ForgotPage, ResetPage},
    },
    mail::Mailer,
    web::{ClientAddr, Error, FieldErrors, Form, Query, Result, Shell, flash},
};

const LINK_OVER: Error = Error::Gone(sentences::THIS_RESET_LINK_DOESNT_WORK_ANY_MORE);

pub(in crate::accounts) async fn forgot(shell: Shell, State(mailer): State<Mailer>) -> ForgotPage {
    ForgotPage {
        shell,
        errors: FieldErrors::default(),
        email: String::new(),
        is_sent: false,
        sends_mail: mailer.reaches_people(),
    }
}

#[derive(Deserialize)]
pub(in crate::accounts) struct ForgotForm {
    #[serde(default)]
    email: String,
}

pub(in crate::accounts) async fn send(
    (State(db), State(limits), State(mailer)): (State<PgPool>, State<SignInLimits>, State<Mailer>),
    ClientAddr(addr): ClientAddr,
    shell: Shell,
    Form(typed): Form<ForgotForm>,
) -> Result<Response> {
    limits.try_visitor(addr)?;
    let mut errors = FieldErrors::default();
    let email = errors.check("email", Email::parse_stored(&typed.email));
    let is_sent = email.is_some();
    // Over its budget an address gets no more letters, and the answer is the same.
    if let Some(email) = email.filter(|email| limits.try_letter(email.as_str())) {
        LinkLetter::reset(email.as_str()).enqueue(&db).await?;
    }
    let sends_mail = mailer.reaches_people();
    let status = if is_sent { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok((status, ForgotPage { shell, errors, email: typed.email, is_sent, sends_mail }).into_response())
}

#[derive(Deserialize)]
pub(in crate::accounts) struct ResetQuery {
    #[serde(default)]
    token: String,
}

pub(in crate::accounts) async fn show(
    State(db): State<PgPool>,
    shell: Shell,
    Query(ResetQuery { token }): Query<ResetQuery>,
) -> Result<ResetPage> {
    let link = links::find(&db, Purpose::Reset, &token).await?.ok_or(LINK_OVER)?;
    Ok(ResetPage { shell, errors: FieldErrors::default(), email: link.email, token })
}

#[derive(Deserialize)]
pub(in crate::accounts) struct ResetForm {
    #[serde(default)]
    token: String,
    #[serde(default)]
    password: String,
}

pub(in crate::accounts) async fn set(
    (State(db), State(events), State(limits)): (State<PgPool>, State<AccessEvents>, State<SignInLimits>),
    ClientAddr(addr): ClientAddr,
    (session, shell): (Session, Shell),
    Form(ResetForm { token, password }): Form<ResetForm>,
) -> Result<Response> {
    limits.try_visitor(addr)?;
    let link = links::find(&db, Purpose::Reset, &token).await?.ok_or(LINK_OVER)?;
    let mut errors = FieldErrors::default();
    let Some(new) = errors.check("password", Password::parse_for(&password, &link.email)) else {
        let page = ResetPage { shell, errors, email: link.email, token };
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    };
    if !reset::reset_password(&db, &events, Lane::Network(network(addr)), &token, &new).await? {
        return Err(LINK_OVER);
    }
    let words = letters::password_changed(&shell.marketplace);
    letters::enqueue_if(true, &db, &shell.marketplace, &link.email, &words).await?;
    flash::success(&session, sentences::YOUR_PASSWORD_IS_CHANGED_SIGN_IN_WITH_IT).await?;
    Ok(Redirect::to("/login").into_response())
}
