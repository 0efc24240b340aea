//! `/account`: one's name, and the seller profile.

use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;
use sqlx::PgPool;
use tower_sessions::Session;

use crate::accounts::sentences;
use crate::{
    accounts::{access::AccessEvents, current_user::CurrentUser, profiles, views::AccountPage},
    web::{FieldErrors, Form, Result, Shell, flash},
};

pub(super) async fn account_page(db: &PgPool, shell: Shell, user: CurrentUser) -> Result<AccountPage> {
    let card = match user.seller_id {
        Some(id) => profiles::seller_card(db, id).await?,
        None => None,
    };
    let hides_from_visitors = card.as_ref().is_some_and(|card| card.hides_from_visitors);
    let (shop_name, place, about) = card
        .map(|card| (card.shop_name, card.place, card.about))
        .unwrap_or_else(|| (user.name.clone(), String::new(), String::new()));
    Ok(AccountPage {
        shell,
        errors: FieldErrors::default(),
        email: user.email,
        email_confirmed: user.email_confirmed,
        email_bounced: user.email_bounced,
        has_second_factor: user.has_second_factor,
        new_email: String::new(),
        name: user.name,
        about_line: user.about_line,
        photo_key: user.photo_key,
        account_id: user.account_id,
        is_admin: user.is_admin,
        seller_id: user.seller_id,
        hides_from_visitors,
        shop_name,
        place,
        about,
    })
}

pub(in crate::accounts) async fn account(
    State(db): State<PgPool>,
    shell: Shell,
    user: CurrentUser,
) -> Result<AccountPage> {
    account_page(&db, shell, user).await
}

#[derive(Deserialize)]
pub(in crate::accounts) struct ProfileForm {
    #[serde(default)]
    name: String,
    /// Not on every form.
    about_line: Option<String>,
}

pub(in crate::accounts) async fn update(
    (State(db), State(events)): (State<PgPool>, State<AccessEvents>),
    (session, shell): (Session, Shell),
    user: CurrentUser,
    Form(typed): Form<ProfileForm>,
) -> Result<Response> {
    let line = typed.about_line.unwrap_or_else(|| user.about_line.clone());
    let house = &shell.marketplace.name;
    let changed = profiles::change(&db, &events, &user, house, &typed.name, &line).await?;
    let Err(errors) = changed else { return saved(&session, sentences::YOUR_PROFILE_IS_CHANGED).await };
    let mut page = account_page(&db, shell, user).await?;
    (page.name, page.about_line, page.errors) = (typed.name, line, errors);
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

#[derive(Deserialize)]
pub(in crate::accounts) struct SellForm {
    #[serde(default)]
    shop_name: String,
    #[serde(default)]
    place: String,
    #[serde(default)]
    about: String,
}

/// "Start selling", and later changes to the seller profile.
pub(in crate::accounts) async fn sell(
    (State(db), State(events)): (State<PgPool>, State<AccessEvents>),
    (session, shell): (Session, Shell),
    user: CurrentUser,
    Form(typed): Form<SellForm>,
) -> Result<Response> {
    let typed_profile = (&*typed.shop_name, &*typed.place, &*typed.about);
    let changed =
        profiles::change_seller(&db, &events, &user, &shell.marketplace.name, typed_profile).await?;
    let Err(errors) = changed else {
        if user.seller_id.is_some() {
            return saved(&session, sentences::YOUR_SELLER_PROFILE_IS_CHANGED).await;
        }
        flash::success(&session, sentences::YOU_CAN_SELL_NOW).await?;
        return Ok(Redirect::to("/seller/dashboard").into_response());
    };
    let mut page = account_page(&db, shell, user).await?;
    (page.shop_name, page.place, page.about) = (typed.shop_name, typed.place, typed.about);
    page.errors = errors;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

pub(super) async fn saved(session: &Session, sentence: &str) -> Result<Response> {
    flash::success(session, sentence).await?;
    Ok(Redirect::to("/account").into_response())
}
