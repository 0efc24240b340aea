//! Conversations: the list, one of them, and opening one.

use axum::{Json, extract::State, http::Uri, response::Response};
use serde::{Deserialize, Serialize};
use sqlx::PgPool;
use time::OffsetDateTime;
use utoipa::{IntoParams, ToSchema};

use crate::{
    accounts::CurrentUser,
    api::{
        access::Member,
        error::Result,
        json::{Id, Money, profile_photo},
        paging::{Page, Paging, cursor},
    },
    chat::{self, HITS_PER_PAGE, HistoryRange, InboxRow, ReadMarks, RoomKey, RoomMember, SendParts, Side},
    products::ProductSummary,
    web::{Path, StrictQuery},
};

/// A conversation in one's list.
#[derive(Serialize, ToSchema)]
pub struct Room {
    /// `buyer_…_seller_…`
    #[schema(value_type = String)]
    id: RoomKey,
    /// Which of the two one is.
    side: Side,
    other_name: String,
    #[schema(format = "uri-reference")]
    #[schema(required)]
    other_photo: Option<String>,
    last_message: LastMessage,
    unread: i64,
    /// What was spoken of last.
    #[schema(required)]
    product: Option<RoomProduct>,
}

#[derive(Serialize, ToSchema)]
struct LastMessage {
    from: Side,
    /// The first 200 characters; empty for a picture without words.
    excerpt: String,
    #[serde(with = "time::serde::rfc3339")]
    sent_at: OffsetDateTime,
}

/// A product as a conversation names it.
#[derive(Serialize, ToSchema)]
pub struct RoomProduct {
    id: Id,
    title: String,
    price: Money,
    state: &'static str,
}

impl From<ProductSummary> for RoomProduct {
    fn from(product: ProductSummary) -> Self {
        RoomProduct {
            id: Id(product.id),
            title: product.title,
            price: product.price.into(),
            state: product.state.code(),
        }
    }
}

impl From<InboxRow> for Room {
    fn from(InboxRow { conversation, product }: InboxRow) -> Self {
        Room {
            id: conversation.room,
            side: conversation.side,
            other_name: conversation.other_name,
            other_photo: profile_photo(conversation.other_photo.as_deref()),
            last_message: LastMessage {
                from: conversation.last_from,
                excerpt: conversation.last_body,
                sent_at: conversation.last_at,
            },
            unread: conversation.unread,
            product: product.map(RoomProduct::from),
        }
    }
}

/// Where a conversation stands in the list.
#[derive(Serialize, Deserialize)]
struct RoomKeyset {
    #[serde(with = "time::serde::rfc3339")]
    at: OffsetDateTime,
    room: RoomKey,
}

/// The latest first.
#[utoipa::path(get, path = "/rooms", tag = "Talk", operation_id = "listRooms", summary = "One's conversations, the latest first.", params(Paging), responses((status = 200, body = Page<Room>)))]
pub async fn list(
    State(db): State<PgPool>,
    user: CurrentUser,
    StrictQuery(paging): StrictQuery<Paging>,
    uri: Uri,
) -> Result<Response> {
    let limit = paging.limit()?;
    let before = paging.after::<RoomKeyset>()?.map(|key| (key.at, key.room));
    let rows = chat::conversations_before(&db, &user, before, limit + 1).await?;
    let key = |row: &InboxRow| RoomKeyset { at: row.conversation.last_at, room: row.conversation.room };
    Ok(Page::new(rows, limit, key, Room::from).answer(&uri))
}

/// A conversation.
#[derive(Serialize, ToSchema)]
pub struct RoomDetail {
    #[schema(value_type = String)]
    id: RoomKey,
    side: Side,
    other_name: String,
    /// 0 before anything was written.
    last_seq: i64,
    read: ReadMarks,
    /// How many changes of entries there have been, for `changed_since`.
    rev: i64,
    /// Whether one has blocked the other.
    is_blocked: bool,
}

async fn detail(db: &PgPool, member: &RoomMember) -> Result<Json<RoomDetail>> {
    let page = chat::load_timeline(db, member, HistoryRange::Latest, 1).await?;
    Ok(Json(RoomDetail {
        id: member.room,
        side: member.side,
        other_name: member.other_name().to_owned(),
        last_seq: page.position.last_seq,
        read: page.position.read_for(member.side),
        rev: page.position.rev,
        is_blocked: page.block.is_some(),
    }))
}

#[utoipa::path(get, path = "/rooms/{room}", tag = "Talk", operation_id = "getRoom", summary = "One conversation.", params(("room" = String, Path)), responses((status = 200, body = RoomDetail)))]
pub async fn show(State(db): State<PgPool>, Member(member): Member) -> Result<Json<RoomDetail>> {
    detail(&db, &member).await
}

/// The room of this person and the product's seller. There is one whether or not anything was written (idempotent).
#[utoipa::path(put, path = "/products/{id}/room", tag = "Talk", operation_id = "openRoom", summary = "Opens the conversation with a product's seller.", params(("id" = Id, Path)), responses((status = 200, body = RoomDetail)))]
pub async fn open(
    State(state): State<chat::State>,
    user: CurrentUser,
    Path(id): Path<i64>,
) -> Result<Json<RoomDetail>> {
    let parts: SendParts = state.send;
    let member = parts.member_for_product(user, id).await?;
    detail(&state.db, &member).await
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct MessageSearch {
    /// Words that all have to be in a message.
    q: String,
    cursor: Option<String>,
}

/// A message that was found.
#[derive(Serialize, ToSchema)]
pub struct MessageHit {
    #[schema(value_type = String)]
    room: RoomKey,
    seq: i64,
    other_name: String,
    from: Side,
    body: String,
    #[serde(with = "time::serde::rfc3339")]
    sent_at: OffsetDateTime,
}

/// In one's own conversations, the newest first.
#[utoipa::path(get, path = "/rooms/search", tag = "Talk", operation_id = "searchMessages", summary = "Searches one's conversations.", params(MessageSearch), responses((status = 200, body = Page<MessageHit>)))]
pub async fn search(
    State(state): State<chat::State>,
    user: CurrentUser,
    StrictQuery(asked): StrictQuery<MessageSearch>,
    uri: Uri,
) -> Result<Response> {
    let paging = Paging { cursor: asked.cursor, limit: None };
    let page = paging.after::<i64>()?.unwrap_or(1).max(1);
    let hits = chat::search_messages(&state.db, &state.search_limits, &user, &asked.q, page).await?;
    let next = (hits.len() as i64 == HITS_PER_PAGE).then(|| cursor(&(page + 1)));
    let data = hits.into_iter().map(|hit| MessageHit {
        room: hit.room,
        seq: hit.seq,
        other_name: hit.other_name,
        from: hit.from,
        body: hit.body,
        sent_at: hit.sent_at,
    });
    Ok(Page { data: data.collect(), next }.answer(&uri))
}
