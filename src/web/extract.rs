//! axum's extractors, refusing with our [`Error`](super::Error) instead of a line of plain text.

use axum::{
    extract::{FromRequest, FromRequestParts},
    http::{HeaderMap, header},
};

/// A part of the path; what doesn't parse is a page that doesn't exist.
#[derive(FromRequestParts)]
#[from_request(via(axum::extract::Path), rejection(super::Error))]
pub struct Path<T>(pub T);

/// The query string; a key may come several times.
#[derive(FromRequestParts)]
#[from_request(via(axum_extra::extract::Query), rejection(super::Error))]
pub struct Query<T>(pub T);

/// A form's fields. Give each field `#[serde(default)]`, so that a missing one is an empty one
/// and gets the form's own message.
#[derive(FromRequest)]
#[from_request(via(axum::extract::Form), rejection(super::Error))]
pub struct Form<T>(pub T);

/// Whether a program asks, which is answered in JSON, rather than a browser.
pub fn wants_json(headers: &HeaderMap) -> bool {
    headers
        .get(header::ACCEPT)
        .and_then(|accept| accept.to_str().ok())
        .is_some_and(|accept| accept.contains("application/json"))
}
