//! axum's extractors, refusing with our [`Error`](super::Error) instead of a line of plain text.

use axum::{
    extract::{FromRequest, FromRequestParts},
    http::{HeaderMap, Uri, header, request::Parts},
};
use axum_extra::extract::QueryRejection;
use serde::de::DeserializeOwned;

use super::Error;

/// A part of the path; what doesn't parse is a page that doesn't exist.
#[derive(FromRequestParts)]
#[from_request(via(axum::extract::Path), rejection(super::Error))]
pub struct Path<T>(pub T);

/// The query string; a key may come several times. What can't be understood (a page that is no number, a filter given
/// twice) is left out, and the page shown all the same.
pub struct Query<T>(pub T);

/// The query string of what programs ask: what can't be understood is refused.
#[derive(FromRequestParts)]
#[from_request(via(axum_extra::extract::Query), rejection(super::Error))]
pub struct StrictQuery<T>(pub T);

/// More keys than any page has.
const MAX_PAIRS: usize = 32;

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Error> {
        let query = parts.uri.query().unwrap_or_default();
        let first = match parse(query) {
            Ok(parsed) => return Ok(Query(parsed)),
            Err(rejection) => rejection,
        };
        let mut understood = (String::new(), None);
        for pair in query.split('&').take(MAX_PAIRS) {
            let with_pair =
                if understood.0.is_empty() { pair.to_owned() } else { format!("{}&{pair}", understood.0) };
            if let Ok(parsed) = parse(&with_pair) {
                understood = (with_pair, Some(parsed));
            }
        }
        match understood.1.or_else(|| parse("").ok()) {
            Some(parsed) => Ok(Query(parsed)),
            None => Err(first.into()),
        }
    }
}

fn parse<T: DeserializeOwned>(query: &str) -> Result<T, QueryRejection> {
    // It was a part of an address before.
    let uri = Uri::builder().path_and_query(format!("/?{query}")).build().unwrap_or_default();
    axum_extra::extract::Query::try_from_uri(&uri).map(|axum_extra::extract::Query(parsed)| parsed)
}

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
