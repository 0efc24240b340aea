//! `GET /rooms/{room}/photos/{key}/{file}`: a photo, to the two people of its room only.

use axum::{
    extract::{Request, State},
    http::HeaderValue,
    response::Response,
};

use crate::{
    chat::{access::RoomMember, attachments::photos::folder},
    products::photos::{self, Uploads},
    web::Path,
};

/// Never changed, and nobody else's.
const IN_THIS_BROWSER: HeaderValue = HeaderValue::from_static("private, max-age=31536000, immutable");

/// `GET /rooms/{room}/photos/{key}/{file}`
pub async fn show(
    State(uploads): State<Uploads>,
    member: RoomMember,
    Path((_, key, file)): Path<(String, String, String)>,
    request: Request,
) -> Response {
    photos::serve(&folder(&uploads, member.room), &key, &file, request, IN_THIS_BROWSER).await
}
