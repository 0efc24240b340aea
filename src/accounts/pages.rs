//! Registration, sign-in, and one's own account page.

use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;
use sqlx::PgPool;
use tower_sessions::Session;

use super::{
    AccessEvents, CurrentUser, Email, MaybeUser, Name, NewAccount, Password, Role, SignInLimits,
    model::SellerProfile,
    profile,
    registration::{self, Registered},
    sessions,
    sign_in::{self, SignIn},
    store,
    views::{AccountPage, LoginPage, RegisterPage},
};
use crate::web::{ClientAddr, FieldErrors, Form, Query, Result, ReturnTo, Shell, flash, form};

#[derive(Deserialize)]
pub(super) struct Arrival {
    #[serde(default)]
    next: ReturnTo,
    #[serde(default)]
    role: String,
}

#[derive(Deserialize)]
pub(super) struct RegisterForm {
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

pub(super) async fn new(
    shell: Shell,
    MaybeUser(user): MaybeUser,
    Query(Arrival { next, role }): Query<Arrival>,
) -> Response {
    if user.is_some() {
        return Redirect::to(next.or("/")).into_response();
    }
    let role = if role == "seller" { role } else { "buyer".to_owned() };
    let errors = FieldErrors::default();
    RegisterPage { shell, errors, next, role, email: String::new(), name: String::new() }.into_response()
}

pub(super) async fn register(
    (State(db), State(events)): (State<PgPool>, State<AccessEvents>),
    (State(limits), ClientAddr(addr)): (State<SignInLimits>, ClientAddr),
    MaybeUser(before): MaybeUser,
    (session, shell): (Session, Shell),
    Form(typed): Form<RegisterForm>,
) -> Result<Response> {
    limits.try_address(addr)?;
    let mut errors = FieldErrors::default();
    let email = errors.check("email", Email::parse(&typed.email));
    let name = errors.check("name", Name::parse(&typed.name));
    let password = errors.check("password", Password::parse(&typed.password));
    let role = errors.check("role", Role::parse(&typed.role));
    if let (Some(email), Some(name), Some(password), Some(role)) = (email, name, password, role) {
        match registration::register(&db, &NewAccount { email, name, password, role }).await? {
            Registered::Account(account) => {
                sessions::start_session(&session, &events, before.as_deref(), account).await?;
                flash::success(&session, "Welcome! Your account is ready.").await?;
                let home = if role == Role::Seller { "/seller/dashboard" } else { "/" };
                return Ok(Redirect::to(typed.next.or(home)).into_response());
            }
            Registered::EmailTaken => errors.add(
                "email",
                "This address can't be used for a new account. If it is yours, sign in instead.",
            ),
        }
    }
    let RegisterForm { email, name, role, next, .. } = typed;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, RegisterPage { shell, errors, next, email, name, role })
        .into_response())
}

#[derive(Deserialize)]
pub(super) struct LoginForm {
    #[serde(default)]
    email: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    next: ReturnTo,
}

pub(super) async fn login(
    shell: Shell,
    MaybeUser(user): MaybeUser,
    Query(Arrival { next, .. }): Query<Arrival>,
) -> Response {
    if user.is_some() {
        return Redirect::to(next.or("/")).into_response();
    }
    LoginPage { shell, errors: FieldErrors::default(), next, email: String::new() }.into_response()
}

pub(super) async fn sign_in(
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
            SignIn::Account(account) => {
                sessions::start_session(&session, &events, before.as_deref(), account).await?;
                return Ok(Redirect::to(typed.next.or("/")).into_response());
            }
            SignIn::Wrong => errors.add("password", "That email and password don't belong together."),
            SignIn::Suspended => errors
                .add("password", "This account is suspended. Please write to whoever runs this marketplace."),
        }
    }
    let LoginForm { email, next, .. } = typed;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, LoginPage { shell, errors, next, email }).into_response())
}

/// Signing out twice is signing out. The browser is asked to forget the pages it has seen.
pub(super) async fn sign_out(
    State(events): State<AccessEvents>,
    MaybeUser(user): MaybeUser,
    session: Session,
) -> Result<impl IntoResponse> {
    if let Some(user) = user {
        sessions::sign_out(&session, &events, &user).await?;
    }
    Ok(([("clear-site-data", "\"cache\"")], Redirect::to("/")))
}

async fn account_page(db: &PgPool, shell: Shell, user: CurrentUser) -> Result<AccountPage> {
    let card = match user.seller_id {
        Some(id) => store::seller_card(db, id).await?,
        None => None,
    };
    let (shop_name, place, about) = card
        .map(|card| (card.shop_name, card.place, card.about))
        .unwrap_or_else(|| (user.name.clone(), String::new(), String::new()));
    Ok(AccountPage {
        shell,
        errors: FieldErrors::default(),
        email: user.email,
        name: user.name,
        is_admin: user.is_admin,
        seller_id: user.seller_id,
        shop_name,
        place,
        about,
    })
}

pub(super) async fn account(
    State(db): State<PgPool>,
    shell: Shell,
    user: CurrentUser,
) -> Result<AccountPage> {
    account_page(&db, shell, user).await
}

#[derive(Deserialize)]
pub(super) struct ProfileForm {
    #[serde(default)]
    name: String,
}

pub(super) async fn update(
    (State(db), State(events)): (State<PgPool>, State<AccessEvents>),
    (session, shell): (Session, Shell),
    user: CurrentUser,
    Form(typed): Form<ProfileForm>,
) -> Result<Response> {
    match Name::parse(&typed.name) {
        Ok(name) => {
            profile::rename(&db, &events, user.account_id, &name).await?;
            saved(&session, "Your name is changed.").await
        }
        Err(sentence) => {
            let mut page = account_page(&db, shell, user).await?;
            page.name = typed.name;
            page.errors.add("name", sentence);
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
    }
}

#[derive(Deserialize)]
pub(super) struct SellForm {
    #[serde(default)]
    shop_name: String,
    #[serde(default)]
    place: String,
    #[serde(default)]
    about: String,
}

/// "Start selling", and later changes to the seller profile.
pub(super) async fn sell(
    (State(db), State(events)): (State<PgPool>, State<AccessEvents>),
    (session, shell): (Session, Shell),
    user: CurrentUser,
    Form(typed): Form<SellForm>,
) -> Result<Response> {
    let mut errors = FieldErrors::default();
    if user.is_admin {
        errors.add(
            "shop_name",
            "An admin runs the marketplace and can't sell in it. Please use another account.",
        );
    }
    let shop_name = errors.check("shop_name", Name::parse(&typed.shop_name));
    let place = errors.check("place", form::optional_line(&typed.place, 80));
    let about = errors.check("about", form::lines(&typed.about, 2000));
    if let (Some(shop_name), Some(place), Some(about), true) = (shop_name, place, about, errors.is_empty()) {
        let profile = SellerProfile { shop_name, place, about };
        profile::sell(&db, &events, user.account_id, &profile).await?;
        if user.seller_id.is_some() {
            return saved(&session, "Your seller profile is changed.").await;
        }
        flash::success(&session, "You can sell now. Add your first product!").await?;
        return Ok(Redirect::to("/seller/dashboard").into_response());
    }
    let mut page = account_page(&db, shell, user).await?;
    (page.shop_name, page.place, page.about) = (typed.shop_name, typed.place, typed.about);
    page.errors = errors;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

#[derive(Deserialize)]
pub(super) struct PasswordForm {
    #[serde(default)]
    current_password: String,
    #[serde(default)]
    password: String,
}

/// Ends every session of the account; this browser gets a new one.
pub(super) async fn change_password(
    (State(db), State(events)): (State<PgPool>, State<AccessEvents>),
    (State(limits), ClientAddr(addr)): (State<SignInLimits>, ClientAddr),
    (session, shell): (Session, Shell),
    user: CurrentUser,
    Form(typed): Form<PasswordForm>,
) -> Result<Response> {
    let mut errors = FieldErrors::default();
    if let Some(new) = errors.check("password", Password::parse(&typed.password)) {
        limits.try_address(addr)?;
        let changed =
            sessions::change_password(&db, &events, user.account_id, &typed.current_password, &new).await?;
        if let Some(account) = changed {
            session.flush().await?;
            sessions::start_session(&session, &events, None, account).await?;
            return saved(&session, "Your password is changed, and every other browser is signed out.").await;
        }
        errors.add("current_password", "That isn't your current password.");
    }
    let mut page = account_page(&db, shell, user).await?;
    page.errors = errors;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

pub(super) async fn sign_out_everywhere(
    State(db): State<PgPool>,
    State(events): State<AccessEvents>,
    session: Session,
    user: CurrentUser,
) -> Result<Redirect> {
    sessions::sign_out_everywhere(&db, &events, user.account_id).await?;
    session.flush().await?;
    Ok(Redirect::to("/login"))
}

async fn saved(session: &Session, sentence: &str) -> Result<Response> {
    flash::success(session, sentence).await?;
    Ok(Redirect::to("/account").into_response())
}
