//! `GET /theme.css` and `GET /manifest.webmanifest`: for everybody, without a session.

use axum::{
    Json, Router,
    extract::State,
    http::header,
    response::{IntoResponse as _, Response},
    routing::get,
};
use serde::Deserialize;

use super::manifest::manifest;
use crate::web::{Error, LiveMarketplace, Query, Result};

pub fn router(marketplace: LiveMarketplace) -> Router {
    Router::new()
        .route("/theme.css", get(style))
        .route("/manifest.webmanifest", get(show_manifest))
        .with_state(marketplace)
}

#[derive(Deserialize)]
struct Version {
    #[serde(default)]
    v: String,
}

/// A node that doesn't know this version yet, or no longer, answers with its own, uncached.
async fn style(State(live): State<LiveMarketplace>, Query(asked): Query<Version>) -> Result<Response> {
    let marketplace = live.current();
    let theme = marketplace.theme.as_ref().ok_or(Error::NotFound)?;
    let caching = if asked.v == theme.version { "public, max-age=31536000, immutable" } else { "no-cache" };
    let headers = [(header::CONTENT_TYPE, "text/css; charset=utf-8"), (header::CACHE_CONTROL, caching)];
    Ok((headers, theme.css.to_string()).into_response())
}

async fn show_manifest(State(live): State<LiveMarketplace>) -> Response {
    let headers =
        [(header::CONTENT_TYPE, "application/manifest+json"), (header::CACHE_CONTROL, "public, max-age=300")];
    (headers, Json(manifest(&live.current())).into_response().into_body()).into_response()
}
