//! Counts requests and their time, by route pattern and status class.

use std::time::Instant;

use axum::{
    extract::{MatchedPath, Request},
    http::{Method, StatusCode},
    middleware::Next,
    response::Response,
};
use metrics::{counter, histogram};

use crate::telemetry::names::{HTTP_REQUESTS, HTTP_SECONDS};

/// The layer inside, around each route: tells [`measure`] which it was.
pub async fn name_route(request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().cloned();
    let mut response = next.run(request).await;
    if let Some(route) = route {
        response.extensions_mut().insert(route);
    }
    response
}

/// The layer, for `from_fn`. What a client made up (a path, a method) is never a label; what is refused before it gets
/// to a route is `unmatched`.
pub async fn measure(request: Request, next: Next) -> Response {
    let began = Instant::now();
    let method = match *request.method() {
        Method::GET => "GET",
        Method::POST => "POST",
        _ => "other",
    };
    let response = next.run(request).await;
    let (status, took) = (class(response.status()), began.elapsed());
    let route = response.extensions().get().map_or("unmatched", MatchedPath::as_str).to_owned();
    counter!(HTTP_REQUESTS, "route" => route.clone(), "method" => method, "status" => status).increment(1);
    histogram!(HTTP_SECONDS, "route" => route, "status" => status).record(took);
    response
}

fn class(status: StatusCode) -> &'static str {
    match status.as_u16() {
        100..200 => "1xx",
        200..300 => "2xx",
        300..400 => "3xx",
        400..500 => "4xx",
        _ => "5xx",
    }
}
