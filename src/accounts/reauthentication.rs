//! Asking again (re-authentication, "sudo mode"): what does lasting harm in a stranger's hands wants a proof of who is there
//! that is at most ten minutes old.
//!
//! ```text
//! signing in, or a right answer here → sessions.proved_at
//! a page that is guarded             → /account/confirm?next=… → back
//! a form that is guarded             → the same question around the form's own fields; with a right answer it is
//!                                      carried out as it was sent
//! ```
//!
//! Invariant: a route that stands in [`GUARDED`] is reached with a fresh proof only, whatever its handler does. Passwords
//! are never sent back in the page; everything else that was typed is.

use axum::{
    Json,
    body::{Body, Bytes, to_bytes},
    extract::{FromRequest as _, FromRequestParts as _, MatchedPath, Request, State as FromState},
    http::{Method, StatusCode, header, request::Parts},
    middleware::Next,
    response::{IntoResponse, Redirect, Response},
};
use serde_json::json;
use sqlx::PgPool;
use tower_sessions::Session;

use super::{
    current_user::CurrentUser,
    extract::MaybeUser,
    hash_queue::Lane,
    limits::Attempt,
    passkeys::{self, RelyingParty, Whose},
    sign_in,
    state::State,
    store,
    views::ConfirmPage,
};
use crate::accounts::sentences;
use crate::web::{Error, FieldErrors, Form, Result, Shell, return_to, wants_json};

/// What wants a fresh proof. A password's change and deleting one's account aren't here: their forms have the password in
/// them, always. Nor is ending sessions, which takes access away and gives none: whoever sees a stranger in the list isn't held up.
const GUARDED: &[(&str, &str)] = &[
    ("POST", PAGE),
    ("POST", "/account/email"),
    ("GET", "/account/second-factor"),
    ("POST", "/account/second-factor"),
    ("POST", "/account/second-factor/codes"),
    ("POST", "/account/second-factor/remove"),
    ("POST", "/account/export"),
    ("GET", "/account/export.zip"),
    ("POST", "/account/passkeys"),
    ("POST", "/account/passkeys/challenge"),
    ("POST", "/account/passkeys/{id}/remove"),
    ("POST", "/account/tokens"),
    ("POST", "/admin/apps"),
    ("POST", "/admin/apps/{id}/remove"),
    ("POST", "/admin/settings"),
    ("POST", "/admin/people/{id}/suspend"),
    ("POST", "/admin/people/{id}/restore"),
    ("POST", "/admin/people/{id}/demote"),
    ("POST", "/admin/people/{id}/remove-second-factor"),
];

pub(super) const PAGE: &str = "/account/confirm";

/// The forms that are guarded are smaller.
const MAX_FORM: usize = 64 * 1024;

const PASSWORD: &str = "proof_password";
const PASSKEY: &str = "proof_passkey";

/// The layer, for `from_fn_with_state`; inside the gate's.
pub async fn ask_again(FromState(state): FromState<State>, request: Request, next: Next) -> Response {
    match check(&state, request).await {
        Ok(Answer::Pass(request)) => next.run(request).await,
        Ok(Answer::Ask(response)) => response,
        Err(error) => error.into_response(),
    }
}

enum Answer {
    Pass(Request),
    Ask(Response),
}

async fn check(state: &State, request: Request) -> Result<Answer> {
    let (mut parts, body) = request.into_parts();
    if !is_guarded(&parts) {
        return Ok(Answer::Pass(Request::from_parts(parts, body)));
    }
    let MaybeUser(user) = MaybeUser::from_request_parts(&mut parts, state).await?;
    // Whom the handler turns away it turns away in its own words.
    let Some(user) = user.filter(|user| user.is_admin || !parts.uri.path().starts_with("/admin")) else {
        return Ok(Answer::Pass(Request::from_parts(parts, body)));
    };
    if store::sessions::proved_lately(&state.db, &user.session).await? {
        return Ok(Answer::Pass(Request::from_parts(parts, body)));
    }
    if parts.method == Method::GET {
        let next = parts.uri.path_and_query().map_or("/account", |path| path.as_str());
        return Ok(Answer::Ask(Redirect::to(&return_to::with_next(PAGE, next)).into_response()));
    }
    if wants_json(&parts.headers) {
        let answer = json!({ "code": "confirm_needed", "error": sentences::PLEASE_CONFIRM_THAT_IT_IS_YOU, "confirm": PAGE });
        return Ok(Answer::Ask((StatusCode::FORBIDDEN, Json(answer)).into_response()));
    }
    let body =
        to_bytes(body, MAX_FORM).await.map_err(|_| Error::TooLarge(sentences::THAT_FORM_IS_TOO_LARGE))?;
    let typed = fields(&parts, body.clone()).await?;
    let given = |name| typed.iter().find(|(key, value)| key == name && !value.is_empty()).map(|it| &it.1);
    let mut errors = FieldErrors::default();
    let is_proved = match (given(PASSKEY), given(PASSWORD)) {
        (Some(answer), _) => is_passkey(state, &mut parts, &user, answer, &mut errors).await?,
        (None, Some(password)) => is_password(state, &user, password, &mut errors).await?,
        (None, None) => false,
    };
    if is_proved {
        store::sessions::note_proof(&state.db, &user.session).await?;
        return Ok(Answer::Pass(Request::from_parts(parts, Body::from(body))));
    }
    let kept = typed.into_iter().filter(|(name, _)| !name.contains("password") && name != PASSKEY).collect();
    let place = (parts.uri.path().to_owned(), kept);
    let shell = Shell::from_request_parts(&mut parts, state).await?;
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let page = page(&state.db, &state.relying_party, shell, &user, place, errors).await?;
    Ok(Answer::Ask((status, page).into_response()))
}

/// For a page that is guarded by its handler: the question that comes back to `next`, unless there is a fresh proof.
pub(super) async fn ask_first(db: &PgPool, user: &CurrentUser, next: &str) -> sqlx::Result<Option<Redirect>> {
    let is_proved = store::sessions::proved_lately(db, &user.session).await?;
    Ok((!is_proved).then(|| Redirect::to(&return_to::with_next(PAGE, next))))
}

fn is_guarded(parts: &Parts) -> bool {
    let Some(path) = parts.extensions.get::<MatchedPath>() else { return false };
    let method = if parts.method == Method::HEAD { "GET" } else { parts.method.as_str() };
    GUARDED.contains(&(method, path.as_str()))
}

/// The question, around a form that goes to `action` when it is answered.
pub(super) async fn page(
    db: &PgPool,
    party: &RelyingParty,
    shell: Shell,
    user: &CurrentUser,
    (action, fields): (String, Vec<(String, String)>),
    errors: FieldErrors,
) -> Result<ConfirmPage> {
    let takes_passkeys = party.why_not().is_none()
        && store::second_factors::of_account(db, user.account_id).await?.passkeys > 0;
    Ok(ConfirmPage { shell, errors, action, fields, takes_passkeys })
}

/// What a form has; nothing, if it isn't one.
async fn fields(parts: &Parts, body: Bytes) -> Result<Vec<(String, String)>> {
    let mut request =
        Request::post("/").body(Body::from(body)).map_err(|error| Error::Internal(error.into()))?;
    if let Some(kind) = parts.headers.get(header::CONTENT_TYPE) {
        request.headers_mut().insert(header::CONTENT_TYPE, kind.clone());
    }
    Ok(Form::from_request(request, &()).await.map_or_else(|_| Vec::new(), |Form(fields)| fields))
}

/// Guesses are counted by account, as those of whoever changes the password are.
async fn is_password(
    state: &State,
    user: &CurrentUser,
    typed: &str,
    errors: &mut FieldErrors,
) -> Result<bool> {
    let taken = state.sign_in_limits.take(&Attempt::Account(user.account_id))?;
    let right = sign_in::is_password(&state.db, Lane::Known(user.account_id), user.account_id, typed).await;
    if !matches!(right, Ok(false)) {
        taken.give_back();
    }
    if !right? {
        errors.add(PASSWORD, sentences::THAT_ISNT_YOUR_PASSWORD);
    }
    Ok(errors.is_empty())
}

async fn is_passkey(
    state: &State,
    parts: &mut Parts,
    user: &CurrentUser,
    answer: &str,
    errors: &mut FieldErrors,
) -> Result<bool> {
    let session = Session::from_request_parts(parts, state).await;
    let session = session.map_err(|(_, why)| Error::Internal(anyhow::anyhow!("no session layer: {why}")))?;
    let taken = state.sign_in_limits.take(&Attempt::Code(user.account_id))?;
    let whose = Whose::Account(user.account_id);
    let found = passkeys::finish_assertion(&state.db, &state.relying_party, &session, whose, answer).await;
    if !matches!(found, Ok(None)) {
        taken.give_back();
    }
    if found?.is_none() {
        errors.add("passkey", sentences::THAT_ISNT_A_PASSKEY_OF_YOURS);
    }
    Ok(errors.is_empty())
}
