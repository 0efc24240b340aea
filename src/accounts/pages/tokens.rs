//! `/account/tokens`: personal tokens, by which scripts act for somebody. Making one is asked again (`reauthentication.rs`).

use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use sqlx::PgPool;
use tower_sessions::Session;

use super::sessions::{from_hex, to_hex};
use crate::accounts::sentences;
use crate::{
    accounts::{
        access::AccessEvents,
        current_user::CurrentUser,
        scopes::{Scope, Scopes},
        sessions, store, tokens,
        views::{TokenLine, TokensPage},
    },
    web::{Error, FieldErrors, Form, Path, Result, Shell, flash, form},
};

/// A token as it is typed.
struct TokenInput {
    name: String,
    scopes: Scopes,
    days: String,
}

impl TokenInput {
    fn new() -> Self {
        TokenInput { name: String::new(), scopes: Scopes::default(), days: "90".to_owned() }
    }

    /// A scope stands in the form as often as there are scopes.
    fn read(fields: Vec<(String, String)>) -> Self {
        let mut typed = TokenInput { days: String::new(), ..Self::new() };
        let mut scopes = Vec::new();
        for (field, value) in fields {
            match &*field {
                "name" => typed.name = value,
                "days" => typed.days = value,
                "scopes" => scopes.extend(Scope::from_code(&value)),
                _ => {}
            }
        }
        typed.scopes = scopes.into_iter().collect();
        typed
    }

    fn parse(&self, errors: &mut FieldErrors) -> Option<(String, i64)> {
        let name = errors.check("name", form::line(&self.name, tokens::MAX_NAME));
        let days = self.days.trim().parse().ok().filter(|days| (1..=tokens::MAX_DAYS).contains(days));
        if days.is_none() {
            errors.add("days", sentences::from_1_to_days(tokens::MAX_DAYS));
        }
        if self.scopes.is_empty() {
            errors.add("scopes", sentences::PLEASE_CHOOSE_AT_LEAST_ONE);
        }
        (!self.scopes.is_empty()).then_some((name?, days?))
    }
}

pub(in crate::accounts) async fn list(
    State(db): State<PgPool>,
    shell: Shell,
    user: CurrentUser,
) -> Result<TokensPage> {
    page(&db, shell, &user, (TokenInput::new(), FieldErrors::default()), None).await
}

async fn page(
    db: &PgPool,
    shell: Shell,
    user: &CurrentUser,
    (TokenInput { name, scopes, days }, errors): (TokenInput, FieldErrors),
    token: Option<String>,
) -> Result<TokensPage> {
    let rows = store::grants::personal_tokens(db, user.account_id).await?;
    let tokens = rows.into_iter().map(|row| TokenLine {
        id: to_hex(&row.id_hash),
        name: row.name,
        scopes: Scopes::from_codes(&row.scopes).sentences(),
        since: row.created_at,
        until: row.expires_at,
        last_used: row.last_used_at,
    });
    Ok(TokensPage { tokens: tokens.collect(), shell, errors, token, name, scopes, days })
}

/// `POST /account/tokens`: the answer shows the token, this once.
pub(in crate::accounts) async fn create(
    State(db): State<PgPool>,
    shell: Shell,
    user: CurrentUser,
    Form(fields): Form<Vec<(String, String)>>,
) -> Result<Response> {
    if user.is_admin {
        return Err(Error::Forbidden(sentences::WHOEVER_RUNS_THE_MARKETPLACE_USES_NO_TOKENS));
    }
    let typed = TokenInput::read(fields);
    let mut errors = FieldErrors::default();
    if let Some((name, days)) = typed.parse(&mut errors) {
        if let Some(token) = tokens::create_personal(&db, &user, &name, typed.scopes, days).await? {
            let done = page(&db, shell, &user, (TokenInput::new(), errors), Some(token)).await?;
            return Ok(done.into_response());
        }
        errors.add("", sentences::YOU_HAVE_VERY_MANY_APPS_AND_TOKENS);
    }
    let again = page(&db, shell, &user, (typed, errors), None).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, again).into_response())
}

/// `POST /account/tokens/{id}/end`
pub(in crate::accounts) async fn end(
    (State(db), State(events)): (State<PgPool>, State<AccessEvents>),
    session: Session,
    user: CurrentUser,
    Path(id): Path<String>,
) -> Result<Redirect> {
    let id = from_hex(&id).ok_or(Error::NotFound)?;
    if !store::grants::is_personal(&db, user.account_id, &id).await?
        || !sessions::end_session(&db, &events, user.account_id, &id).await?
    {
        return Err(Error::NotFound);
    }
    flash::success(&session, sentences::ENDED_ITS_TOKEN_OPENS_NOTHING_ANY_MORE).await?;
    Ok(Redirect::to("/account/tokens"))
}
