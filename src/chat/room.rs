//! `/rooms/{room}`: the conversation, for either of its two people. The mission's `room()`.
//!
//! It begins where its reader stopped reading; `/rooms/{room}/messages` always has the end.

use axum::{
    extract::{FromRequestParts, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use sqlx::PgPool;
use tower_sessions::Session;

use crate::{
    app::AppState,
    chat::{
        access::RoomMember,
        domain::side::Side,
        forms,
        history::{self, Span, SpanQuery},
        inbox, service, store,
        views::{Chat, RoomPage},
    },
    products,
    web::{Error, Form, Query, Result, Shell},
};

/// What the page needs beside the member.
#[derive(FromRequestParts)]
#[from_request(state(AppState))]
pub struct RoomRequest {
    shell: Shell,
    session: Session,
}

pub(super) async fn show(
    State(db): State<PgPool>,
    member: RoomMember,
    Query(query): Query<SpanQuery>,
    request: RoomRequest,
) -> Result<Response> {
    let (span, limit) = query.parse()?;
    let unread = match span {
        Span::Latest => store::read_marks::first_unread(&db, member.room, member.side).await?,
        _ => None,
    };
    render(&db, request, member, unread.map_or(span, Span::From), limit).await
}

pub(super) async fn render(
    db: &PgPool,
    request: RoomRequest,
    member: RoomMember,
    span: Span,
    limit: i64,
) -> Result<Response> {
    let RoomRequest { shell, session } = request;
    let page = history::load(db, &member, span, limit).await?;
    let mut chat = Chat::new(&member, &page);
    chat.draft = forms::take_draft(&session, &format!("/rooms/{}", member.room)).await?;
    match span {
        Span::Around(seq) => chat.hit = Some(seq),
        Span::From(seq) => chat.unread = Some(seq),
        _ => {}
    }
    if matches!(span, Span::Latest | Span::From(_))
        && let Some(about) = page.status.last_product_id
    {
        chat.about = products::summaries(db, &[about]).await?.pop();
    }
    let buyers = match member.side {
        Side::Seller => inbox::buyers(db, member.room.seller_id).await?,
        Side::Buyer => Vec::new(),
    };
    Ok(RoomPage { shell, chat, buyers }.into_response())
}

#[derive(Deserialize)]
pub(super) struct SeenQuery {
    seq: i64,
}

/// `POST /rooms/{room}/read`: the read mark of a script that has no socket.
pub(super) async fn read(
    State(state): State<AppState>,
    member: RoomMember,
    Form(SeenQuery { seq }): Form<SeenQuery>,
) -> Result<StatusCode> {
    service::read(&state.db, &state.hub, &member, seq).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `GET /rooms/{room}/seen.gif?seq=`: the read mark of a browser without JavaScript, which loads
/// this picture when the end of the timeline comes into view.
pub(super) async fn seen(
    State(state): State<AppState>,
    member: RoomMember,
    headers: HeaderMap,
    Query(SeenQuery { seq }): Query<SeenQuery>,
) -> Result<impl IntoResponse> {
    // Only as a part of our own page: a link somewhere else reads nothing.
    if headers.get("sec-fetch-site").is_some_and(|site| site != "same-origin") {
        return Err(Error::NotFound);
    }
    service::read(&state.db, &state.hub, &member, seq).await?;
    Ok((StatusCode::OK, [(header::CONTENT_TYPE, "image/gif"), (header::CACHE_CONTROL, "no-store")], PIXEL))
}

/// One transparent pixel.
const PIXEL: &[u8] =
    b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\0\0\0!\xf9\x04\x01\0\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;";
