//! `/login` and `/logout`: the session of this browser, and of all browsers.

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
        access::AccessEvents,
        current_user::CurrentUser,
        extract::MaybeUser,
        limits::SignInLimits,
        model::Email,
        sessions,
        sign_in::{self, CredentialCheck},
        views::LoginPage,
    },
    web::{ClientAddr, FieldErrors, Form, Query, Result, ReturnTo, Shell},
};

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
    shell: Shell,
    MaybeUser(user): MaybeUser,
    Query(LoginQuery { next }): Query<LoginQuery>,
) -> Response {
    if user.is_some() {
        return Redirect::to(next.or("/")).into_response();
    }
    LoginPage { shell, errors: FieldErrors::default(), next, email: String::new() }.into_response()
}

pub(in crate::accounts) async fn sign_in(
    (State(db), State(events)): (State<PgPool>, State<AccessEvents>),
    (State(limits), ClientAddr(addr)): (State<SignInLimits>, ClientAddr),
    MaybeUser(before): MaybeUser,
    (session, shell): (Session, Shell),
    Form(typed): Form<LoginForm>,
) -> Result<Response> {
    let mut errors = FieldErrors::default();
    if let Some(email) = errors.check("email", Email::parse(&typed.email)) {
        limits.try_sign_in(addr, &email)?;
        match sign_in::check_credentials(&db, &email, &typed.password).await? {
            CredentialCheck::Right(owner) => {
                sessions::start_session(&session, &events, before.as_deref(), owner).await?;
                return Ok(Redirect::to(typed.next.or("/")).into_response());
            }
            CredentialCheck::Wrong => {
                errors.add("password", "That email and password don't belong together.")
            }
            CredentialCheck::Suspended => errors
                .add("password", "This account is suspended. Please write to whoever runs this marketplace."),
        }
    }
    let LoginForm { email, next, .. } = typed;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, LoginPage { shell, errors, next, email }).into_response())
}

/// Signing out twice is signing out. The browser is asked to forget the pages it has seen.
pub(in crate::accounts) async fn sign_out(
    State(events): State<AccessEvents>,
    MaybeUser(user): MaybeUser,
    session: Session,
) -> Result<impl IntoResponse> {
    if let Some(user) = user {
        sessions::sign_out(&session, &events, &user).await?;
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
