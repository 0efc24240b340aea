//! `/messages`, "My Messages": a person's conversations, newest first; with `?q=` what is found in them.

use axum::{
    extract::State,
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;
use sqlx::PgPool;

use super::{search, views::InboxPage};
use crate::{
    accounts::CurrentUser,
    chat::{
        domain::room_key::RoomKey,
        search::{limits::SearchLimits, terms::Terms},
        store, summary,
    },
    web::{Pager, Query, Result, Shell},
};

const PER_PAGE: i64 = 30;

#[derive(Deserialize)]
pub struct InboxQuery {
    page: Option<i64>,
    /// The dropdown's choice.
    room: Option<String>,
    /// What is looked for.
    #[serde(default)]
    q: String,
}

pub async fn show(
    (State(db), State(limits)): (State<PgPool>, State<SearchLimits>),
    user: CurrentUser,
    shell: Shell,
    Query(query): Query<InboxQuery>,
) -> Result<Response> {
    if let Some(room) = query.room.and_then(|room| room.parse::<RoomKey>().ok()) {
        return Ok(Redirect::to(&format!("/rooms/{room}")).into_response());
    }
    let buyers = match user.seller_id {
        Some(id) => summary::buyers_of(&db, id).await?,
        None => Vec::new(),
    };
    if let Some(terms) = Terms::parse(&query.q) {
        return search::show(&db, &limits, &user, shell, buyers, (query.q, terms), query.page).await;
    }
    let total = store::inbox::count_conversations(&db, user.buyer_id, user.seller_id).await?;
    let pager = Pager::new(query.page, PER_PAGE, total, "/messages?");
    let conversations =
        store::inbox::conversations(&db, user.buyer_id, user.seller_id, pager.limit(), pager.offset())
            .await?;
    let rows = summary::inbox_rows(&db, conversations).await?;
    Ok(InboxPage {
        shell,
        q: String::new(),
        rows,
        buyers,
        is_seller: user.seller_id.is_some(),
        is_admin: user.is_admin,
        pager,
    }
    .into_response())
}
