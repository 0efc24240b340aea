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

/// In the extensions of such an answer.
#[derive(Clone)]
struct Echo;

type NoEcho = fn(StatusCode, Version, &HeaderMap, &Extensions) -> bool;

pub fn layer() -> CompressionLayer<And<DefaultPredicate, NoEcho>> {
    let no_echo: NoEcho = |_, _, _, extensions| extensions.get::<Echo>().is_none();
    CompressionLayer::new().compress_when(DefaultPredicate::new().and(no_echo))
}

/// Goes inside of [`layer`].
pub async fn mark_echo(request: Request, next: Next) -> Response {
    let asks = request.uri().query().is_some_and(|query| query.split('&').any(|part| part.starts_with("q=")));
    let is_somebody = request.headers().contains_key(header::COOKIE);
    let mut response = next.run(request).await;
    if asks && is_somebody {
        response.extensions_mut().insert(Echo);
    }
    response
}
