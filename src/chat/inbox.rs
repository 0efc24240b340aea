//! `/messages`, "My Messages": a person's conversations, newest first; with `?q=` what is found in them.

use axum::{
    extract::State,
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;
use sqlx::PgPool;

use crate::{
    accounts::CurrentUser,
    chat::{
        SearchLimits,
        domain::{
            conversation::{Conversation, InboxRow},
            room_key::RoomKey,
        },
        search::{self, Terms},
        store,
        views::MessagesPage,
    },
    products,
    web::{Pager, Query, Result, Shell},
};

const PER_PAGE: i64 = 30;
/// A dropdown longer than this helps nobody; the list has them all.
const MAX_BUYERS: i64 = 200;

/// These conversations with their products, which one query fetches.
pub(super) async fn rows(db: &PgPool, conversations: Vec<Conversation>) -> Result<Vec<InboxRow>> {
    let about: Vec<i64> = conversations.iter().filter_map(|conversation| conversation.product_id).collect();
    let products = products::summaries(db, &about).await?;
    let row = |conversation: Conversation| {
        let product = products.iter().find(|product| Some(product.id) == conversation.product_id).cloned();
        InboxRow { conversation, product }
    };
    Ok(conversations.into_iter().map(row).collect())
}

/// Those who wrote to a seller, latest first.
pub(super) async fn buyers(db: &PgPool, seller_id: i64) -> Result<Vec<Conversation>> {
    Ok(store::inbox::conversations(db, None, Some(seller_id), MAX_BUYERS, 0).await?)
}

#[derive(Deserialize)]
pub(super) struct InboxQuery {
    page: Option<i64>,
    /// The dropdown's choice.
    room: Option<String>,
    /// What is looked for.
    #[serde(default)]
    q: String,
}

pub(super) async fn show(
    (State(db), State(limits)): (State<PgPool>, State<SearchLimits>),
    user: CurrentUser,
    shell: Shell,
    Query(query): Query<InboxQuery>,
) -> Result<Response> {
    if let Some(room) = query.room.and_then(|room| room.parse::<RoomKey>().ok()) {
        return Ok(Redirect::to(&format!("/rooms/{room}")).into_response());
    }
    let buyers = match user.seller_id {
        Some(id) => buyers(&db, id).await?,
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
    let rows = rows(&db, conversations).await?;
    Ok(MessagesPage {
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
