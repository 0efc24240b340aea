//! Read marks over HTTP: posted by a script without a socket, or set by a picture without JavaScript.

use axum::{
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::IntoResponse,
};
use serde::Deserialize;
use sqlx::PgPool;

use crate::{
    chat::{access::RoomMember, live::publish::Publisher, write::read_marks::mark_read},
    web::{Error, Form, Query, Result},
};

/// What moving a mark needs.
#[derive(Clone)]
pub struct ReadParts {
    pub db: PgPool,
    pub publisher: Publisher,
}

impl ReadParts {
    /// Moves a program's read mark up.
    pub async fn mark_read(&self, member: &RoomMember, seq: i64) -> sqlx::Result<()> {
        mark_read(&self.db, &self.publisher, member, seq).await
    }
}

#[derive(Deserialize)]
pub struct ReadQuery {
    seq: i64,
}

/// `POST /rooms/{room}/read`: the read mark of a script that has no socket.
pub async fn read(
    State(parts): State<ReadParts>,
    member: RoomMember,
    Form(ReadQuery { seq }): Form<ReadQuery>,
) -> Result<StatusCode> {
    mark_read(&parts.db, &parts.publisher, &member, seq).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `GET /rooms/{room}/seen.gif?seq=`: the read mark of a browser without JavaScript, which loads
/// this picture when the end of the timeline comes into view.
pub async fn seen(
    State(parts): State<ReadParts>,
    member: RoomMember,
    headers: HeaderMap,
    Query(ReadQuery { seq }): Query<ReadQuery>,
) -> Result<impl IntoResponse> {
    // Only as a part of our own page: a link somewhere else reads nothing.
    if headers.get("sec-fetch-site").is_some_and(|site| site != "same-origin") {
        return Err(Error::NotFound);
    }
    mark_read(&parts.db, &parts.publisher, &member, seq).await?;
    Ok((StatusCode::OK, [(header::CONTENT_TYPE, "image/gif"), (header::CACHE_CONTROL, "no-store")], PIXEL))
}

/// One transparent pixel.
const PIXEL: &[u8] =
    b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\0\0\0!\xf9\x04\x01\0\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;";
