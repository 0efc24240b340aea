//! `GET /rooms/{room}/messages`: a page of the timeline, JSON for a program, the room's page for a browser.

use axum::{
    Json,
    extract::State,
    http::HeaderMap,
    response::{IntoResponse, Response},
};
use sqlx::PgPool;

use crate::{
    chat::{
        access::RoomMember,
        domain::{entry::Entry, position::RoomPosition},
        live::{
            frames::{ChangedFrame, HistoryFrame},
            render::{EntryView, entry_html},
            screen::Screen,
        },
        pages::{
            room,
            timeline::{HistoryQuery, TimelinePage, load},
        },
        store,
    },
    web::{Result, StrictQuery, wants_json},
};

/// `GET /rooms/{room}/messages`: JSON for a program, the room's page for a browser.
pub async fn show(
    (State(db), State(screen)): (State<PgPool>, State<Screen>),
    headers: HeaderMap,
    member: RoomMember,
    StrictQuery(query): StrictQuery<HistoryQuery>,
    page: room::RoomRequest,
) -> Result<Response> {
    if !wants_json(&headers) {
        let (range, limit) = query.parse()?;
        return room::render(&db, &screen, page, member, range, limit).await;
    }
    let (range, limit) = query.parse()?;
    let page = load(&db, &member, range, limit).await?;
    let entries = page.frames(&member, &screen);
    let RoomPosition { last_seq, rev, .. } = page.position;
    let read = page.position.read_for(member.side);
    let changed = changes_since(&db, &screen, &member, &page, query.changed_since).await?;
    Ok(Json(HistoryFrame { entries, last_seq, read, more: page.more, rev, changed }).into_response())
}

/// Changes in one answer; whoever missed more has a page to reload.
const MAX_CHANGES: i64 = 500;

/// What changed after `since`, as far as this page of the room knows of it.
pub async fn changes_since(
    db: &PgPool,
    screen: &Screen,
    member: &RoomMember,
    page: &TimelinePage,
    since: Option<i64>,
) -> Result<Vec<ChangedFrame>> {
    match since {
        Some(since) if since < page.position.rev => changed_since(db, screen, member, since).await,
        _ => Ok(Vec::new()),
    }
}

async fn changed_since(
    db: &PgPool,
    screen: &Screen,
    member: &RoomMember,
    rev: i64,
) -> Result<Vec<ChangedFrame>> {
    let changes = store::changes::changed_since(db, member.room, rev, MAX_CHANGES).await?;
    let seqs: Vec<i64> = changes.into_iter().map(|(seq, _)| seq).collect();
    let entries = store::entries::by_seqs(db, member.room, &seqs).await?;
    let frame = |entry: &Entry| ChangedFrame {
        seq: entry.seq,
        html: entry_html(&EntryView::new(entry, &member.participants, &[]).screened(screen, member.side)),
    };
    Ok(entries.iter().filter(|entry| entry.is_shown_to(member.side)).map(frame).collect())
}
