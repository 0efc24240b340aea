//! `/login/code`: the second step of a sign-in.

use axum::{
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;
use sqlx::PgPool;
use tower_sessions::Session;

use super::finish_sign_in::finish_sign_in;
use crate::{
    accounts::{
        access::AccessEvents,
        browser::Browser,
        extract::MaybeUser,
        limits::{Attempt, SignInLimits},
        pending_sign_in::PendingSignIn,
        sealing::SealingKey,
        second_factor,
        views::CodePage,
    },
    web::{FieldErrors, Form, Result, Shell, flash, forgery::PublicOrigin},
};

pub(in crate::accounts) async fn show(session: Session, shell: Shell) -> Result<Response> {
    Ok(match PendingSignIn::find(&session).await? {
        Some(_) => CodePage { shell, errors: FieldErrors::default() }.into_response(),
        None => Redirect::to("/login").into_response(),
    })
}

#[derive(Deserialize)]
pub(in crate::accounts) struct CodeForm {
    #[serde(default)]
    code: String,
}

pub(in crate::accounts) async fn check(
    (State(db), State(events), State(origin)): (State<PgPool>, State<AccessEvents>, State<PublicOrigin>),
    (State(limits), State(key)): (State<SignInLimits>, State<SealingKey>),
    (headers, browser): (HeaderMap, Browser),
    MaybeUser(before): MaybeUser,
    (session, shell): (Session, Shell),
    Form(CodeForm { code }): Form<CodeForm>,
) -> Result<Response> {
    let Some(pending) = PendingSignIn::find(&session).await? else {
        flash::error(&session, "That took longer than five minutes. Please sign in again.").await?;
        return Ok(Redirect::to("/login").into_response());
    };
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
    errors.add(
        "code",
        "That code isn't right, or was used already. Wait for the next one, or use a recovery code.",
    );
    Ok((StatusCode::UNPROCESSABLE_ENTITY, CodePage { shell, errors }).into_response())
}
