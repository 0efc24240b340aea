//! `/login/code`: the second step of a sign-in.

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;
use serde_json::Value;
use sqlx::PgPool;
use tower_sessions::Session;

use super::{
    finish_sign_in::finish_sign_in,
    passkey_sign_in::{NOT_ACCEPTED, PasskeyForm},
};
use crate::accounts::sentences;
use crate::{
    accounts::{
        access::AccessEvents,
        browser::Browser,
        extract::MaybeUser,
        limits::{Attempt, SignInLimits},
        passkeys::{self, RelyingParty, Whose},
        pending_sign_in::PendingSignIn,
        sealing::SealingKey,
        second_factor, store,
        views::CodePage,
    },
    web::{ClientAddr, Error, FieldErrors, Form, Result, Shell, flash, forgery::PublicOrigin},
};

pub(in crate::accounts) async fn show(
    (State(db), State(party)): (State<PgPool>, State<RelyingParty>),
    session: Session,
    shell: Shell,
) -> Result<Response> {
    Ok(match PendingSignIn::find(&session).await? {
        Some(pending) => {
            code_page(&db, &party, shell, &pending, FieldErrors::default()).await?.into_response()
        }
        None => Redirect::to("/login").into_response(),
    })
}

async fn code_page(
    db: &PgPool,
    party: &RelyingParty,
    shell: Shell,
    pending: &PendingSignIn,
    errors: FieldErrors,
) -> Result<CodePage> {
    let factors = store::second_factors::of_account(db, pending.owner().account_id).await?;
    let takes_passkeys = factors.passkeys > 0 && party.why_not().is_none();
    Ok(CodePage { shell, errors, has_app: factors.has_app, takes_passkeys })
}

async fn too_late(session: &Session) -> Result<Response> {
    flash::error(session, sentences::THAT_TOOK_LONGER_THAN_FIVE_MINUTES).await?;
    Ok(Redirect::to("/login").into_response())
}

#[derive(Deserialize)]
pub(in crate::accounts) struct CodeForm {
    #[serde(default)]
    code: String,
}

pub(in crate::accounts) async fn check(
    (State(db), State(events), State(origin)): (State<PgPool>, State<AccessEvents>, State<PublicOrigin>),
    (State(limits), State(key), State(party)): (State<SignInLimits>, State<SealingKey>, State<RelyingParty>),
    (headers, browser): (HeaderMap, Browser),
    MaybeUser(before): MaybeUser,
    (session, shell): (Session, Shell),
    Form(CodeForm { code }): Form<CodeForm>,
) -> Result<Response> {
    let Some(pending) = PendingSignIn::find(&session).await? else { return too_late(&session).await };
    // By account: another session, or another network, gets no more guesses.
    let taken = limits.take(&Attempt::Code(pending.owner().account_id))?;
    let is_right = second_factor::check(&db, &key, pending.owner().account_id, &code).await;
    if !matches!(is_right, Ok(false)) {
        taken.give_back();
    }
    if is_right? {
        PendingSignIn::forget(&session).await?;
        return finish_sign_in(
            (&db, &events, &origin),
            (&session, &shell, &headers),
            before.as_deref(),
            &browser,
            &pending,
        )
        .await;
    }
    let mut errors = FieldErrors::default();
    errors.add("code", sentences::THAT_CODE_ISNT_RIGHT_WAIT_FOR_THE_NEXT_ONE);
    let page = code_page(&db, &party, shell, &pending, errors).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

/// `POST /login/code/passkey/challenge`
pub(in crate::accounts) async fn ask_passkey(
    (State(db), State(party)): (State<PgPool>, State<RelyingParty>),
    (State(limits), ClientAddr(addr)): (State<SignInLimits>, ClientAddr),
    session: Session,
) -> Result<Json<Value>> {
    let pending = PendingSignIn::find(&session).await?.ok_or(Error::Unauthorized)?;
    limits.try_challenge(addr)?;
    let whose = Whose::Account(pending.owner().account_id);
    Ok(Json(passkeys::start_assertion(&db, &party, &session, whose).await?))
}

/// `POST /login/code/passkey`: instead of a code.
pub(in crate::accounts) async fn check_passkey(
    (State(db), State(events), State(origin)): (State<PgPool>, State<AccessEvents>, State<PublicOrigin>),
    (State(limits), State(party)): (State<SignInLimits>, State<RelyingParty>),
    (headers, browser): (HeaderMap, Browser),
    MaybeUser(before): MaybeUser,
    (session, shell): (Session, Shell),
    Form(PasskeyForm { credential, .. }): Form<PasskeyForm>,
) -> Result<Response> {
    let Some(pending) = PendingSignIn::find(&session).await? else { return too_late(&session).await };
    let whose = Whose::Account(pending.owner().account_id);
    let taken = limits.take(&Attempt::Code(pending.owner().account_id))?;
    let found = passkeys::finish_assertion(&db, &party, &session, whose, &credential).await;
    if !matches!(found, Ok(None)) {
        taken.give_back();
    }
    if found?.is_some() {
        PendingSignIn::forget(&session).await?;
        return finish_sign_in(
            (&db, &events, &origin),
            (&session, &shell, &headers),
            before.as_deref(),
            &browser,
            &pending,
        )
        .await;
    }
    let mut errors = FieldErrors::default();
    errors.add("passkey", NOT_ACCEPTED);
    let page = code_page(&db, &party, shell, &pending, errors).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}
