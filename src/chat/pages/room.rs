//! `/rooms/{room}`: the conversation, for either of its two people. The mission's `room()`.
//!
//! It begins where its reader stopped reading; `/rooms/{room}/messages` always has the end.

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use sqlx::PgPool;
use tower_sessions::Session;

use super::{
    kept_draft,
    panel::ChatPanel,
    timeline::{self, HistoryQuery, HistoryRange},
    views::RoomPage,
};
use crate::{
    chat::{access::RoomMember, domain::side::Side, live::screen::Screen, store, summary},
    products,
    web::{Result, Shell, StrictQuery},
};

/// What the page needs beside the member.
pub type RoomRequest = (Shell, Session);

pub async fn show(
    (State(db), State(screen)): (State<PgPool>, State<Screen>),
    member: RoomMember,
    StrictQuery(query): StrictQuery<HistoryQuery>,
    request: RoomRequest,
) -> Result<Response> {
    let (range, limit) = query.parse()?;
    let unread = match range {
        HistoryRange::Latest => store::read_marks::first_unread(&db, member.room, member.side).await?,
        _ => None,
    };
    render(&db, &screen, request, member, unread.map_or(range, HistoryRange::From), limit).await
}

pub async fn render(
    db: &PgPool,
    screen: &Screen,
    request: RoomRequest,
    member: RoomMember,
    range: HistoryRange,
    limit: i64,
) -> Result<Response> {
    let (shell, session) = request;
    let page = timeline::load(db, &member, range, limit).await?;
    let mut chat = ChatPanel::new(&member, &page, screen);
    chat.draft = kept_draft::take_kept_draft(&session, &format!("/rooms/{}", member.room)).await?;
    match range {
        HistoryRange::Around(seq) => chat.hit = Some(seq),
        HistoryRange::From(seq) => chat.unread = Some(seq),
        _ => {}
    }
    if matches!(range, HistoryRange::Latest | HistoryRange::From(_))
        && let Some(about) = page.position.topic(chat.side)
    {
        chat.about = products::summaries(db, &[about]).await?.pop();
    }
    let buyers = match member.side {
        Side::Seller => summary::buyers_of(db, member.room.seller_id).await?,
        Side::Buyer => Vec::new(),
    };
    Ok(RoomPage { shell, chat, buyers }.into_response())
}
