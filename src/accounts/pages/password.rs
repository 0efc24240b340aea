//! `/account/password`: a new one ends every session.

use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use sqlx::PgPool;
use tower_sessions::Session;

use super::profile::{account_page, saved};
use crate::accounts::sentences;
use crate::{
    accounts::{
        access::AccessEvents,
        browser::Browser,
        current_user::CurrentUser,
        letters,
        limits::{Attempt, SignInLimits},
        model::Password,
        sessions, sign_in,
    },
    web::{FieldErrors, Form, Result, Shell},
};

#[derive(Deserialize)]
pub(in crate::accounts) struct PasswordForm {
    #[serde(default)]
    current_password: String,
    #[serde(default)]
    password: String,
}

/// Ends every session of the account; this browser gets a new one.
pub(in crate::accounts) async fn change_password(
    (State(db), State(events)): (State<PgPool>, State<AccessEvents>),
    State(limits): State<SignInLimits>,
    (session, shell, browser): (Session, Shell, Browser),
    user: CurrentUser,
    Form(typed): Form<PasswordForm>,
) -> Result<Response> {
    let mut errors = FieldErrors::default();
    if let Some(new) = errors.check("password", Password::parse_for(&typed.password, &user.email)) {
        let taken = limits.take(&Attempt::Account(user.account_id))?;
        let changed =
            sign_in::change_password(&db, &events, user.account_id, &typed.current_password, &new).await;
        if !matches!(changed, Ok(None)) {
            taken.give_back();
        }
        if let Some(owner) = changed? {
            session.flush().await?;
            sessions::start_session(&session, &events, None, &browser, owner).await?;
            let words = letters::password_changed(&shell.marketplace);
            letters::enqueue_if(user.email_confirmed, &db, &shell.marketplace, &user.email, &words).await?;
            return saved(&session, sentences::YOUR_PASSWORD_IS_CHANGED).await;
        }
        errors.add("current_password", sentences::THAT_ISNT_YOUR_CURRENT_PASSWORD);
    }
    let mut page = account_page(&db, shell, user).await?;
    page.errors = errors;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}
