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
        domain::position::RoomPosition,
        live::frames::HistoryFrame,
        pages::{
            room,
            timeline::{HistoryQuery, load},
        },
    },
    web::{Query, Result, wants_json},
};

/// `GET /rooms/{room}/messages`: JSON for a program, the room's page for a browser.
pub async fn show(
    State(db): State<PgPool>,
    headers: HeaderMap,
    member: RoomMember,
    Query(query): Query<HistoryQuery>,
    page: room::RoomRequest,
) -> Result<Response> {
    if !wants_json(&headers) {
        let (range, limit) = query.parse()?;
        return room::render(&db, page, member, range, limit).await;
    }
    let (range, limit) = query.parse()?;
    let page = load(&db, &member, range, limit).await?;
    let entries = page.frames(&member);
    let RoomPosition { last_seq, read, .. } = page.position;
    Ok(Json(HistoryFrame { entries, last_seq, read, more: page.more }).into_response())
}
