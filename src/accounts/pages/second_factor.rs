//! `/account/second-factor`: the app, recovery codes, and the list of passkeys.
//!
//! Whoever comes here has proved to be the owner a moment ago (`reauthentication.rs`): a session that somebody left open
//! can't lock its owner out.

use axum::{
    extract::{FromRef, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;
use sqlx::PgPool;
use tower_sessions::Session;

use crate::accounts::sentences;
use crate::{
    accounts::{
        browser::Browser,
        current_user::CurrentUser,
        letters,
        limits::{Attempt, SignInLimits},
        passkeys::RelyingParty,
        sealing::SealingKey,
        second_factor,
        state::State as Accounts,
        store,
        views::{FactorPage, RecoveryCodesPage},
    },
    web::{Error, FieldErrors, Form, Result, Shell, flash},
};

pub(super) const PAGE: &str = "/account/second-factor";
pub(super) const ADMINS_KEEP_ONE: Error =
    Error::Forbidden(sentences::WHOEVER_RUNS_THE_MARKETPLACE_KEEPS_A_SECOND_FACTOR);

/// What the page is made of.
#[derive(Clone, FromRef)]
pub(in crate::accounts) struct Parts {
    pub db: PgPool,
    pub key: SealingKey,
    pub party: RelyingParty,
}

impl FromRef<Accounts> for Parts {
    fn from_ref(state: &Accounts) -> Self {
        Parts { db: state.db.clone(), key: state.sealing_key.clone(), party: state.relying_party.clone() }
    }
}

pub(in crate::accounts) async fn show(
    State(parts): State<Parts>,
    shell: Shell,
    browser: Browser,
    user: CurrentUser,
) -> Result<Response> {
    page(&parts, shell, &user, browser.device, FieldErrors::default()).await
}

pub(super) async fn page(
    Parts { db, key, party }: &Parts,
    shell: Shell,
    user: &CurrentUser,
    passkey_name: String,
    errors: FieldErrors,
) -> Result<Response> {
    let factors = store::second_factors::of_account(db, user.account_id).await?;
    let enrolment = match factors.has_app {
        true => None,
        false => {
            let names = (shell.marketplace.name.as_str(), user.email.as_str());
            Some(second_factor::begin(db, key, user.account_id, names).await?)
        }
    };
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let page = FactorPage {
        errors,
        is_admin: user.is_admin,
        must_have_one: user.must_have_second_factor() && factors.count() == 0,
        factors,
        enrolment,
        passkeys: store::passkeys::of_account(db, user.account_id).await?,
        no_passkeys: party.why_not(),
        passkey_name,
        codes_left: store::second_factors::recovery_codes_left(db, user.account_id).await?,
        shell,
    };
    Ok((status, page).into_response())
}

#[derive(Deserialize)]
pub(in crate::accounts) struct FactorForm {
    #[serde(default)]
    code: String,
}

/// Whether the form's code is right, which is used up; if not, the form says so.
async fn check_code(
    parts: &Parts,
    limits: &SignInLimits,
    user: &CurrentUser,
    typed: &str,
    errors: &mut FieldErrors,
) -> Result<bool> {
    let taken = limits.take(&Attempt::Code(user.account_id))?;
    let right = second_factor::check(&parts.db, &parts.key, user.account_id, typed).await;
    if !matches!(right, Ok(false)) {
        taken.give_back();
    }
    if !right? {
        errors.add("code", sentences::THAT_CODE_ISNT_RIGHT);
    }
    Ok(errors.is_empty())
}

/// `POST /account/second-factor`: the first code.
pub(in crate::accounts) async fn enrol(
    (State(parts), State(limits)): (State<Parts>, State<SignInLimits>),
    shell: Shell,
    browser: Browser,
    user: CurrentUser,
    Form(typed): Form<FactorForm>,
) -> Result<Response> {
    let Parts { db, key, .. } = &parts;
    if store::second_factors::of_account(db, user.account_id).await?.has_app {
        return Ok(Redirect::to(PAGE).into_response());
    }
    let mut errors = FieldErrors::default();
    let taken = limits.take(&Attempt::Code(user.account_id))?;
    let codes = second_factor::confirm(db, key, user.account_id, &typed.code).await;
    if !matches!(codes, Ok(None)) {
        taken.give_back();
    }
    if let Some(codes) = codes? {
        let words = letters::second_factor_added(&shell.marketplace);
        letters::enqueue_if(user.email_confirmed, db, &shell.marketplace, &user.email, &words).await?;
        return Ok(RecoveryCodesPage { shell, codes }.into_response());
    }
    errors.add("code", sentences::THAT_CODE_ISNT_RIGHT_IS_THE_CLOCK);
    page(&parts, shell, &user, browser.device, errors).await
}

/// `POST /account/second-factor/codes`: new recovery codes, in place of the old ones.
pub(in crate::accounts) async fn renew_codes(
    State(parts): State<Parts>,
    shell: Shell,
    user: CurrentUser,
) -> Result<Response> {
    if !user.has_second_factor {
        return Ok(Redirect::to(PAGE).into_response());
    }
    let codes = second_factor::renew_recovery_codes(&parts.db, user.account_id).await?;
    let words = letters::recovery_codes_renewed(&shell.marketplace);
    letters::enqueue_if(user.email_confirmed, &parts.db, &shell.marketplace, &user.email, &words).await?;
    Ok(RecoveryCodesPage { shell, codes }.into_response())
}

/// `POST /account/second-factor/remove`: without the app. An admin can't, if it is all they have.
pub(in crate::accounts) async fn remove(
    (State(parts), State(limits)): (State<Parts>, State<SignInLimits>),
    (session, shell): (Session, Shell),
    browser: Browser,
    user: CurrentUser,
    Form(typed): Form<FactorForm>,
) -> Result<Response> {
    let factors = store::second_factors::of_account(&parts.db, user.account_id).await?;
    if user.is_admin && factors.passkeys == 0 {
        return Err(ADMINS_KEEP_ONE);
    }
    let mut errors = FieldErrors::default();
    if !factors.has_app {
        return Ok(Redirect::to(PAGE).into_response());
    }
    if check_code(&parts, &limits, &user, &typed.code, &mut errors).await? {
        second_factor::remove_app(&parts.db, user.account_id).await?;
        let words = letters::second_factor_removed(&shell.marketplace, factors.passkeys > 0);
        letters::enqueue_if(user.email_confirmed, &parts.db, &shell.marketplace, &user.email, &words).await?;
        let sentence = match factors.passkeys {
            0 => sentences::YOUR_PASSWORD_ALONE_SIGNS_YOU_IN_AGAIN,
            _ => sentences::YOUR_APP_IS_TURNED_OFF,
        };
        flash::success(&session, sentence).await?;
        return Ok(Redirect::to("/account").into_response());
    }
    page(&parts, shell, &user, browser.device, errors).await
}
