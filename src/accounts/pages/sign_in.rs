//! `/login` and `/logout`: the session of this browser, and of all browsers.

use axum::{
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;
use sqlx::PgPool;
use tower_sessions::Session;

use super::finish_sign_in::finish_sign_in;
use crate::accounts::sentences;
use crate::{
    accounts::{
        access::AccessEvents,
        browser::Browser,
        current_user::CurrentUser,
        extract::MaybeUser,
        hash_queue::Lane,
        known_browsers::{self, BrowserToken},
        limits::{Attempt, SignInLimits, network},
        model::Email,
        passkeys::RelyingParty,
        pending_sign_in::PendingSignIn,
        sessions,
        sign_in::{self, CredentialCheck},
        views::LoginPage,
    },
    web::{ClientAddr, FieldErrors, Form, Query, Result, ReturnTo, Shell, forgery::PublicOrigin},
};

pub(super) const SUSPENDED: &str = sentences::THIS_ACCOUNT_IS_SUSPENDED;

#[derive(Deserialize)]
pub(in crate::accounts) struct LoginQuery {
    #[serde(default)]
    next: ReturnTo,
}

#[derive(Deserialize)]
pub(in crate::accounts) struct LoginForm {
    #[serde(default)]
    email: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    next: ReturnTo,
}

pub(in crate::accounts) async fn login(
    State(party): State<RelyingParty>,
    shell: Shell,
    MaybeUser(user): MaybeUser,
    Query(LoginQuery { next }): Query<LoginQuery>,
) -> Response {
    if user.is_some() {
        return Redirect::to(next.or("/")).into_response();
    }
    let errors = FieldErrors::default();
    LoginPage { shell, errors, next, email: String::new(), takes_passkeys: party.why_not().is_none() }
        .into_response()
}

pub(in crate::accounts) async fn sign_in(
    (State(db), State(events), State(party)): (State<PgPool>, State<AccessEvents>, State<RelyingParty>),
    (State(limits), State(origin), ClientAddr(addr)): (State<SignInLimits>, State<PublicOrigin>, ClientAddr),
    (headers, here): (HeaderMap, Browser),
    MaybeUser(before): MaybeUser,
    (session, shell): (Session, Shell),
    Form(typed): Form<LoginForm>,
) -> Result<Response> {
    let mut errors = FieldErrors::default();
    if let Some(email) = errors.check("email", Email::parse_stored(&typed.email)) {
        let browser = BrowserToken::from_headers(&headers);
        let known = known_browsers::known_account(&db, browser.as_ref(), &email).await?;
        let (attempt, lane) = match (known, &browser) {
            (Some(account_id), Some(browser)) => {
                (Attempt::KnownBrowser(account_id, browser.as_str()), Lane::Known(account_id))
            }
            _ => (Attempt::Unknown(addr, &email), Lane::Network(network(addr))),
        };
        let taken = limits.take(&attempt)?;
        let check = sign_in::check_credentials(&db, lane, &email, &typed.password).await;
        // Only a wrong password costs anything.
        if !matches!(check, Ok(CredentialCheck::Wrong)) {
            taken.give_back();
        }
        match check? {
            CredentialCheck::Right(right) => {
                let is_known = known.is_some();
                let done = PendingSignIn::new(
                    right.owner,
                    email.as_str(),
                    &typed.next,
                    is_known,
                    right.email_confirmed,
                );
                if right.has_second_factor {
                    done.keep(&session).await?;
                    return Ok(Redirect::to("/login/code").into_response());
                }
                return finish_sign_in(
                    (&db, &events, &origin),
                    (&session, &shell, &headers),
                    before.as_deref(),
                    &here,
                    &done,
                )
                .await;
            }
            CredentialCheck::Wrong => {
                errors.add("password", sentences::THAT_EMAIL_AND_PASSWORD_DONT_BELONG_TOGETHER)
            }
            CredentialCheck::Suspended => errors.add("password", SUSPENDED),
        }
    }
    let LoginForm { email, next, .. } = typed;
    let takes_passkeys = party.why_not().is_none();
    let page = LoginPage { shell, errors, next, email, takes_passkeys };
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

/// Signing out twice is signing out. The browser is asked to forget the pages it has seen.
pub(in crate::accounts) async fn sign_out(
    State(events): State<AccessEvents>,
    MaybeUser(user): MaybeUser,
    session: Session,
) -> Result<impl IntoResponse> {
    match user {
        Some(user) => sessions::sign_out(&session, &events, &user).await?,
        // Somebody who waits to be admitted has a session as well.
        None => session.flush().await?,
    }
    Ok(([("clear-site-data", "\"cache\"")], Redirect::to("/")))
}

pub(in crate::accounts) async fn sign_out_everywhere(
    State(db): State<PgPool>,
    State(events): State<AccessEvents>,
    session: Session,
    user: CurrentUser,
) -> Result<Redirect> {
    sessions::sign_out_everywhere(&db, &events, user.account_id).await?;
    session.flush().await?;
    Ok(Redirect::to("/login"))
}
