//! `ETag` and `If-None-Match` (RFC 9110): what the asker has already isn't sent again.

use axum::{
    body::{Body, to_bytes},
    extract::Request,
    http::{HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest as _, Sha256};

use super::Error;

/// No answer of ours is as large.
const MAX_BODY: usize = 8 * 1024 * 1024;

/// The layer: a GET's answer gets a tag made from its bytes, after the version of the thing itself if the handler has said
/// it: `"version-hash"`. For `If-Match` the version alone counts.
pub async fn tag(request: Request, next: Next) -> Response {
    let is_get = request.method() == Method::GET;
    let known = request.headers().get(header::IF_NONE_MATCH).cloned();
    let response = next.run(request).await;
    if !is_get || response.status() != StatusCode::OK {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let bytes = match to_bytes(body, MAX_BODY).await {
        Ok(bytes) => bytes,
        Err(error) => return Error::Internal(error.into()).into_response(),
    };
    let hash = URL_SAFE_NO_PAD.encode(&Sha256::digest(&bytes)[..12]);
    let version = parts.headers.get(header::ETAG).and_then(|tag| tag.to_str().ok());
    let tag = match version {
        Some(version) => format!("\"{}-{hash}\"", version.trim_matches('"')),
        None => format!("\"{hash}\""),
    };
    let Ok(tag) = HeaderValue::from_str(&tag) else {
        return Response::from_parts(parts, Body::from(bytes));
    };
    let is_known = known.is_some_and(|known| matches(&known, &tag));
    parts.headers.insert(header::ETAG, tag);
    if is_known {
        parts.status = StatusCode::NOT_MODIFIED;
        parts.headers.remove(header::CONTENT_TYPE);
        parts.headers.remove(header::CONTENT_LENGTH);
        return Response::from_parts(parts, Body::empty());
    }
    Response::from_parts(parts, Body::from(bytes))
}

/// Whether one of the tags of an `If-None-Match` is this one (weak comparison: a proxy that compresses may have weakened
/// it).
fn matches(header: &HeaderValue, tag: &HeaderValue) -> bool {
    let plain = |text: &str| text.trim().trim_start_matches("W/").to_owned();
    let (Ok(header), Ok(tag)) = (header.to_str(), tag.to_str()) else { return false };
    header.split(',').any(|one| one.trim() == "*" || plain(one) == plain(tag))
}
