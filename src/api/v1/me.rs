//! One's own account, and where one is signed in.

use axum::{Json, extract::State, http::StatusCode};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::{
    accounts::{self, CurrentUser, SessionKind},
    api::{
        error::{ApiError, Result},
        json::{Body, Id, profile_photo},
        paging::Page,
    },
    web::{Error, LiveMarketplace, Path},
};

/// One's own account.
#[derive(Serialize, ToSchema)]
pub struct Me {
    id: Id,
    name: String,
    #[schema(format = "email")]
    email: String,
    email_confirmed: bool,
    about_line: String,
    #[schema(format = "uri-reference")]
    #[schema(required)]
    photo: Option<String>,
    /// As whom one buys: part of the names of rooms.
    #[schema(required)]
    buyer_id: Option<Id>,
    /// Once one sells.
    #[schema(required)]
    seller: Option<OwnShop>,
}

/// What others see of a seller.
#[derive(Serialize, ToSchema)]
struct OwnShop {
    id: Id,
    name: String,
    place: String,
    about: String,
}

#[utoipa::path(get, path = "/me", tag = "Account", operation_id = "getMe", summary = "Oneself.", responses((status = 200, body = Me)))]
pub async fn show(State(state): State<accounts::State>, user: CurrentUser) -> Result<Json<Me>> {
    let shop = match user.seller_id {
        Some(id) => accounts::seller_card(&state.db, id).await?,
        None => None,
    };
    Ok(Json(Me {
        id: Id(user.account_id),
        photo: profile_photo(user.photo_key.as_deref()),
        buyer_id: user.buyer_id.map(Id),
        seller: shop.map(|card| OwnShop {
            id: Id(card.id),
            name: card.shop_name,
            place: card.place,
            about: card.about,
        }),
        name: user.name,
        email: user.email,
        email_confirmed: user.email_confirmed,
        about_line: user.about_line,
    }))
}

/// What is to change; what is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MeChange {
    #[schema(min_length = 1, max_length = 80)]
    name: Option<String>,
    #[schema(max_length = 160)]
    about_line: Option<String>,
    /// Makes one a seller, if one isn't.
    seller: Option<ShopChange>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ShopChange {
    #[schema(min_length = 1, max_length = 80)]
    name: Option<String>,
    #[schema(max_length = 80)]
    place: Option<String>,
    #[schema(max_length = 2000)]
    about: Option<String>,
}

#[utoipa::path(patch, path = "/me", tag = "Account", operation_id = "updateMe", summary = "Changes what one is called, or one's shop.", request_body = MeChange, responses((status = 200, body = Me)))]
pub async fn update(
    (State(state), State(marketplace)): (State<accounts::State>, State<LiveMarketplace>),
    mut user: CurrentUser,
    Body(change): Body<MeChange>,
) -> Result<Json<Me>> {
    let (db, events, house) = (&state.db, &state.access, &marketplace.current().name);
    if let Some(shop) = change.seller {
        let now = match user.seller_id {
            Some(id) => accounts::seller_card(db, id).await?,
            None => None,
        };
        let (name, place, about) = match now {
            Some(card) => (card.shop_name, card.place, card.about),
            None => (user.name.clone(), String::new(), String::new()),
        };
        let (name, place) = (shop.name.unwrap_or(name), shop.place.unwrap_or(place));
        let profile = (&*name, &*place, &*shop.about.unwrap_or(about));
        let changed = accounts::change_seller(db, events, &user, house, profile).await?;
        changed.map_err(|errors| {
            ApiError::from_form(&errors, |field| format!("/seller/{}", field.trim_start_matches("shop_")))
        })?;
        user = accounts::start_selling(db, events, user).await?.user;
    }
    if change.name.is_some() || change.about_line.is_some() {
        let name = change.name.unwrap_or_else(|| user.name.clone());
        let line = change.about_line.unwrap_or_else(|| user.about_line.clone());
        let changed = accounts::change_profile(db, events, &user, house, &name, &line).await?;
        changed.map_err(|errors| ApiError::from_form(&errors, |field| format!("/{field}")))?;
        (user.name, user.about_line) = (name, line);
    }
    show(State(state), user).await
}

/// Where one is signed in.
#[derive(Serialize, ToSchema)]
pub struct Session {
    id: String,
    /// `browser`, `app`, `token`. Others may come.
    kind: &'static str,
    name: String,
    /// This token's own.
    is_this: bool,
    #[serde(with = "time::serde::rfc3339")]
    created_at: OffsetDateTime,
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(required)]
    last_used_at: Option<OffsetDateTime>,
}

#[utoipa::path(get, path = "/me/sessions", tag = "Account", operation_id = "listSessions", summary = "Where one is signed in, and by which apps and tokens.", responses((status = 200, body = Page<Session>)))]
pub async fn sessions(
    State(state): State<accounts::State>,
    user: CurrentUser,
) -> Result<Json<Page<Session>>> {
    let lines = accounts::open_sessions(&state.db, &user).await?;
    let sessions = lines.into_iter().map(|line| Session {
        id: line.id,
        kind: match line.kind {
            SessionKind::Browser => "browser",
            SessionKind::App => "app",
            SessionKind::Token => "token",
        },
        name: line.device,
        is_this: line.is_this,
        created_at: line.since,
        last_used_at: line.last_used,
    });
    Ok(Json(Page::whole(sessions.collect())))
}

/// Signs out there: its sockets close, and its tokens open nothing any more.
#[utoipa::path(delete, path = "/me/sessions/{id}", tag = "Account", operation_id = "endSession", summary = "Ends a session.", params(("id" = String, Path)), responses((status = 204)))]
pub async fn end_session(
    State(state): State<accounts::State>,
    user: CurrentUser,
    Path(id): Path<String>,
) -> Result<StatusCode> {
    match accounts::end_session(&state.db, &state.access, &user, &id).await? {
        true => Ok(StatusCode::NO_CONTENT),
        false => Err(Error::NotFound.into()),
    }
}
