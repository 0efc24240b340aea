//! `/register`: a new account, with a session in it.

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
        extract::MaybeUser,
        hash_queue::Lane,
        limits::{SignInLimits, network},
        model::{Email, Name, NewAccount, Password, Role},
        registration::{self, Registration},
        sessions,
        views::RegisterPage,
    },
    web::{ClientAddr, FieldErrors, Form, Query, Result, ReturnTo, Shell, flash},
};

#[derive(Deserialize)]
pub(in crate::accounts) struct RegisterQuery {
    #[serde(default)]
    next: ReturnTo,
    #[serde(default)]
    role: String,
}

#[derive(Deserialize)]
pub(in crate::accounts) struct RegisterForm {
    #[serde(default)]
    email: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    role: String,
    #[serde(default)]
    next: ReturnTo,
}

pub(in crate::accounts) async fn new(
    shell: Shell,
    MaybeUser(user): MaybeUser,
    Query(RegisterQuery { next, role }): Query<RegisterQuery>,
) -> Response {
    if user.is_some() {
        return Redirect::to(next.or("/")).into_response();
    }
    let role = if role == "seller" { role } else { "buyer".to_owned() };
    let errors = FieldErrors::default();
    RegisterPage { shell, errors, next, role, email: String::new(), name: String::new() }.into_response()
}

pub(in crate::accounts) async fn register(
    (State(db), State(events)): (State<PgPool>, State<AccessEvents>),
    (State(limits), ClientAddr(addr)): (State<SignInLimits>, ClientAddr),
    MaybeUser(before): MaybeUser,
    (session, shell): (Session, Shell),
    Form(typed): Form<RegisterForm>,
) -> Result<Response> {
    limits.try_registration(addr)?;
    let mut errors = FieldErrors::default();
    let email = errors.check("email", Email::parse(&typed.email));
    let name = errors.check("name", Name::parse(&typed.name));
    let password = errors
        .check("password", Password::parse_for(&typed.password, email.as_ref().map_or("", Email::as_str)));
    let role = errors.check("role", Role::parse(&typed.role));
    let lane = Lane::Network(network(addr));
    if let (Some(email), Some(name), Some(password), Some(role)) = (email, name, password, role) {
        match registration::register(&db, lane, &NewAccount { email, name, password, role }).await? {
            Registration::Created(owner) => {
                sessions::start_session(&session, &events, before.as_deref(), owner).await?;
                flash::success(&session, "Welcome! Your account is ready.").await?;
                let home = if role == Role::Seller { "/seller/dashboard" } else { "/" };
                return Ok(Redirect::to(typed.next.or(home)).into_response());
            }
            Registration::EmailTaken => errors.add(
                "email",
                "This address can't be used for a new account. If it is yours, sign in instead.",
            ),
        }
    }
    let RegisterForm { email, name, role, next, .. } = typed;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, RegisterPage { shell, errors, next, email, name, role })
        .into_response())
}
