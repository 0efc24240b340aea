//! Compressed answers, but for those that hold somebody's own things beside what the request asked for: their length would
//! tell a listener whether the two are alike (BREACH, L8).

use axum::{
    extract::Request,
    http::{Extensions, HeaderMap, StatusCode, Version, header},
    middleware::Next,
    response::Response,
};
use tower_http::compression::{
    CompressionLayer, Predicate as _,
    predicate::{And, DefaultPredicate},
};

/// In the extensions of an answer that isn't compressed: such a one, and what is small already.
#[derive(Clone)]
pub struct AsItIs;

type NotMarked = fn(StatusCode, Version, &HeaderMap, &Extensions) -> bool;

pub fn layer() -> CompressionLayer<And<DefaultPredicate, NotMarked>> {
    let not_marked: NotMarked = |_, _, _, extensions| extensions.get::<AsItIs>().is_none();
    CompressionLayer::new().compress_when(DefaultPredicate::new().and(not_marked))
}

/// Goes inside of [`layer`].
pub async fn mark_echo(request: Request, next: Next) -> Response {
    let asks = request.uri().query().is_some_and(|query| query.split('&').any(|part| part.starts_with("q=")));
    let is_somebody = request.headers().contains_key(header::COOKIE);
    let mut response = next.run(request).await;
    if asks && is_somebody {
        response.extensions_mut().insert(AsItIs);
    }
    response
}
