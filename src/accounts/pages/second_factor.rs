//! `/account/second-factor`: setting one up, new recovery codes, and doing without.
//!
//! Each change asks for the password: a session that somebody left open can't lock its owner out.

use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;
use sqlx::PgPool;
use tower_sessions::Session;

use crate::{
    accounts::{
        current_user::CurrentUser,
        hash_queue::Lane,
        letters,
        limits::{Attempt, SignInLimits},
        sealing::SealingKey,
        second_factor, sign_in, store,
        views::{EnrolPage, FactorPage, RecoveryCodesPage},
    },
    web::{Error, FieldErrors, Form, Result, Shell, flash},
};

pub(in crate::accounts) async fn show(
    (State(db), State(key)): (State<PgPool>, State<SealingKey>),
    shell: Shell,
    user: CurrentUser,
) -> Result<Response> {
    page(&db, &key, shell, &user, FieldErrors::default()).await
}

async fn page(
    db: &PgPool,
    key: &SealingKey,
    shell: Shell,
    user: &CurrentUser,
    errors: FieldErrors,
) -> Result<Response> {
    let must_have_one = user.must_have_second_factor();
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    if user.has_second_factor {
        let codes_left = store::second_factors::recovery_codes_left(db, user.account_id).await?;
        return Ok(
            (status, FactorPage { shell, errors, codes_left, is_admin: user.is_admin }).into_response()
        );
    }
    let name = shell.marketplace.name.clone();
    let enrolment = second_factor::begin(db, key, user.account_id, (&name, &user.email)).await?;
    Ok((status, EnrolPage { shell, errors, must_have_one, secret: enrolment.secret, qr: enrolment.qr })
        .into_response())
}

#[derive(Deserialize)]
pub(in crate::accounts) struct FactorForm {
    #[serde(default)]
    current_password: String,
    #[serde(default)]
    code: String,
}

/// Whether the form's password is right; if not, the form says so.
async fn check_password(
    db: &PgPool,
    limits: &SignInLimits,
    user: &CurrentUser,
    typed: &str,
    errors: &mut FieldErrors,
) -> Result<bool> {
    let taken = limits.take(&Attempt::Account(user.account_id))?;
    let right = sign_in::is_password(db, Lane::Known(user.account_id), user.account_id, typed).await;
    if !matches!(right, Ok(false)) {
        taken.give_back();
    }
    if !right? {
        errors.add("current_password", "That isn't your current password.");
    }
    Ok(errors.is_empty())
}

/// The same of its code, which is used up.
async fn check_code(
    (db, key): (&PgPool, &SealingKey),
    limits: &SignInLimits,
    user: &CurrentUser,
    typed: &str,
    errors: &mut FieldErrors,
) -> Result<bool> {
    let taken = limits.take(&Attempt::Code(user.account_id))?;
    let right = second_factor::check(db, key, user.account_id, typed).await;
    if !matches!(right, Ok(false)) {
        taken.give_back();
    }
    if !right? {
        errors.add("code", "That code isn't right, or was used already.");
    }
    Ok(errors.is_empty())
}

/// `POST /account/second-factor`: the first code.
pub(in crate::accounts) async fn enrol(
    (State(db), State(key), State(limits)): (State<PgPool>, State<SealingKey>, State<SignInLimits>),
    shell: Shell,
    user: CurrentUser,
    Form(typed): Form<FactorForm>,
) -> Result<Response> {
    if user.has_second_factor {
        return Ok(Redirect::to("/account/second-factor").into_response());
    }
    let mut errors = FieldErrors::default();
    if check_password(&db, &limits, &user, &typed.current_password, &mut errors).await? {
        let taken = limits.take(&Attempt::Code(user.account_id))?;
        let codes = second_factor::confirm(&db, &key, user.account_id, &typed.code).await;
        if !matches!(codes, Ok(None)) {
            taken.give_back();
        }
        if let Some(codes) = codes? {
            let words = letters::second_factor_added(&shell.marketplace);
            letters::enqueue_if(user.email_confirmed, &db, &shell.marketplace, &user.email, &words).await?;
            return Ok(RecoveryCodesPage { shell, codes }.into_response());
        }
        errors.add("code", "That code isn't right. Is the clock of your device right?");
    }
    page(&db, &key, shell, &user, errors).await
}

/// `POST /account/second-factor/codes`: new recovery codes, in place of the old ones.
pub(in crate::accounts) async fn renew_codes(
    (State(db), State(key), State(limits)): (State<PgPool>, State<SealingKey>, State<SignInLimits>),
    shell: Shell,
    user: CurrentUser,
    Form(typed): Form<FactorForm>,
) -> Result<Response> {
    let mut errors = FieldErrors::default();
    if !user.has_second_factor {
        return Ok(Redirect::to("/account/second-factor").into_response());
    }
    if check_password(&db, &limits, &user, &typed.current_password, &mut errors).await?
        && check_code((&db, &key), &limits, &user, &typed.code, &mut errors).await?
    {
        let codes = second_factor::renew_recovery_codes(&db, user.account_id).await?;
        return Ok(RecoveryCodesPage { shell, codes }.into_response());
    }
    page(&db, &key, shell, &user, errors).await
}

/// `POST /account/second-factor/remove`: an admin can't.
pub(in crate::accounts) async fn remove(
    (State(db), State(key), State(limits)): (State<PgPool>, State<SealingKey>, State<SignInLimits>),
    (session, shell): (Session, Shell),
    user: CurrentUser,
    Form(typed): Form<FactorForm>,
) -> Result<Response> {
    if user.is_admin {
        return Err(Error::Forbidden(
            "Whoever runs the marketplace keeps a second factor. Another admin can take yours away if you lost it.",
        ));
    }
    let mut errors = FieldErrors::default();
    if !user.has_second_factor {
        return Ok(Redirect::to("/account/second-factor").into_response());
    }
    if check_password(&db, &limits, &user, &typed.current_password, &mut errors).await?
        && check_code((&db, &key), &limits, &user, &typed.code, &mut errors).await?
    {
        second_factor::remove(&db, user.account_id).await?;
        let words = letters::second_factor_removed(&shell.marketplace);
        letters::enqueue_if(user.email_confirmed, &db, &shell.marketplace, &user.email, &words).await?;
        flash::success(&session, "Your password alone signs you in again.").await?;
        return Ok(Redirect::to("/account").into_response());
    }
    page(&db, &key, shell, &user, errors).await
}
