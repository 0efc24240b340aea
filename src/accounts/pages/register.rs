//! `/register`: a new account, with a session in it.

use axum::{
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{AppendHeaders, IntoResponse, Redirect, Response},
};
use serde::Deserialize;
use sqlx::PgPool;
use tower_sessions::Session;

use crate::accounts::sentences;
use crate::{
    accounts::{
        access::AccessEvents,
        browser::Browser,
        extract::MaybeUser,
        hash_queue::Lane,
        invitations::{self, InvitationToken},
        known_browsers::{self, BrowserToken},
        limits::{SignInLimits, network},
        model::{Email, Name, NewAccount, Password, Role},
        registration::{self, Registration, Terms},
        sessions,
        state::ConfirmationPolicy,
        views::{InvitationOnlyPage, RegisterPage},
    },
    legal::Agreement,
    web::{
        self, ClientAddr, FieldErrors, Form, Query, Result, ReturnTo, Shell, flash, forgery::PublicOrigin,
    },
};

#[derive(Deserialize)]
pub(in crate::accounts) struct RegisterQuery {
    #[serde(default)]
    next: ReturnTo,
    #[serde(default)]
    role: String,
    #[serde(default)]
    invite: String,
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
    #[serde(default)]
    invite: String,
    /// What they have ticked: [`Agreement::code`].
    #[serde(default)]
    agree: String,
}

pub(in crate::accounts) async fn new(
    State(db): State<PgPool>,
    shell: Shell,
    MaybeUser(user): MaybeUser,
    Query(RegisterQuery { next, role, invite }): Query<RegisterQuery>,
) -> Result<Response> {
    if user.is_some() {
        return Ok(Redirect::to(next.or("/")).into_response());
    }
    let may_register = match InvitationToken::parse(&invite) {
        _ if shell.marketplace.registration != web::Registration::Invitation => true,
        Some(token) => invitations::holds(&db, &token).await?,
        None => false,
    };
    if !may_register {
        return Ok(InvitationOnlyPage { shell, was_invited: !invite.is_empty() }.into_response());
    }
    let role = if role == "seller" { role } else { "buyer".to_owned() };
    let errors = FieldErrors::default();
    let page = RegisterPage { shell, errors, next, role, invite, email: String::new(), name: String::new() };
    Ok(page.into_response())
}

pub(in crate::accounts) async fn register(
    (State(db), State(events)): (State<PgPool>, State<AccessEvents>),
    (State(limits), State(policy), State(origin)): (
        State<SignInLimits>,
        State<ConfirmationPolicy>,
        State<PublicOrigin>,
    ),
    (ClientAddr(addr), browser, headers): (ClientAddr, Browser, HeaderMap),
    MaybeUser(before): MaybeUser,
    (session, shell): (Session, Shell),
    Form(typed): Form<RegisterForm>,
) -> Result<Response> {
    limits.try_registration(addr)?;
    let mut errors = FieldErrors::default();
    let email = errors.check("email", Email::parse(&typed.email));
    let name = errors.check("name", Name::parse(&typed.name, &shell.marketplace.name));
    let password = errors
        .check("password", Password::parse_for(&typed.password, email.as_ref().map_or("", Email::as_str)));
    let role = errors.check("role", Role::parse(&typed.role));
    let agreement = errors.check("agree", Agreement::check(&shell.marketplace, &typed.agree));
    let lane = Lane::Network(network(addr));
    if let (Some(email), Some(name), Some(password), Some(role), Some(agreement)) =
        (email, name, password, role, agreement)
    {
        let new = NewAccount { email, name, password, role };
        let invitation = InvitationToken::parse(&typed.invite);
        let terms = Terms {
            policy: shell.marketplace.registration,
            confirmation: policy,
            invitation: invitation.as_ref(),
            agreement: &agreement,
        };
        match registration::register(&db, lane, &new, &terms).await? {
            Registration::NotInvited => {
                let page = InvitationOnlyPage { shell, was_invited: !typed.invite.is_empty() };
                return Ok((StatusCode::FORBIDDEN, page).into_response());
            }
            Registration::Waiting(owner) => {
                sessions::start_session(&session, &events, before.as_deref(), &browser, owner).await?;
                return Ok(Redirect::to("/").into_response());
            }
            Registration::Created(owner) => {
                sessions::start_session(&session, &events, before.as_deref(), &browser, owner).await?;
                // Its next sign-in is no news to anybody.
                let token = BrowserToken::from_headers(&headers);
                let cookie =
                    known_browsers::remember(&db, token, owner.account_id, origin.is_https()).await?;
                flash::success(&session, sentences::WELCOME_YOUR_ACCOUNT_IS_READY).await?;
                let home = if role == Role::Seller { "/seller/dashboard" } else { "/" };
                let to = Redirect::to(typed.next.or(home));
                return Ok((AppendHeaders([(header::SET_COOKIE, cookie)]), to).into_response());
            }
            Registration::EmailTaken => {
                errors.add("email", sentences::THIS_ADDRESS_CANT_BE_USED_FOR_A_NEW_ACCOUNT)
            }
        }
    }
    let RegisterForm { email, name, role, next, invite, .. } = typed;
    let page = RegisterPage { shell, errors, next, email, name, role, invite };
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}
