//! Static files, embedded into the program and cached by content hash.
//!
//! One hash over all of them is in every URL (`/static/<hash>/js/app.js`), so each may be cached
//! for ever, and modules and style sheets may name one another by relative paths.

use std::sync::LazyLock;

use axum::{
    Router,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use rust_embed::RustEmbed;
use sha2::{Digest, Sha256};

use super::Path;

#[derive(RustEmbed)]
#[folder = "static/"]
struct Files;

static VERSION: LazyLock<String> = LazyLock::new(|| {
    let mut names: Vec<_> = Files::iter().collect();
    names.sort();
    let mut hash = Sha256::new();
    for name in names {
        hash.update(name.as_bytes());
        hash.update(Files::get(&name).map(|file| file.metadata.sha256_hash()).unwrap_or_default());
    }
    hash.finalize().iter().take(6).map(|byte| format!("{byte:02x}")).collect()
});

pub fn url(path: &str) -> String {
    format!("/static/{}/{path}", *VERSION)
}

pub fn router<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new().route("/static/{version}/{*path}", get(show)).route("/favicon.ico", get(favicon))
}

async fn show(Path((version, path)): Path<(String, String)>) -> Response {
    let Some(file) = Files::get(&path) else {
        return super::Error::NotFound.into_response();
    };
    // A page of another version (a second node, a tab left open) gets today's file, uncached.
    let caching = if version == *VERSION { "public, max-age=31536000, immutable" } else { "no-cache" };
    let mime = file.metadata.mimetype().to_owned();
    let mime = if mime.starts_with("text/") { format!("{mime}; charset=utf-8") } else { mime };
    ([(header::CONTENT_TYPE, mime.as_str()), (header::CACHE_CONTROL, caching)], file.data).into_response()
}

async fn favicon() -> impl IntoResponse {
    (StatusCode::MOVED_PERMANENTLY, [(header::LOCATION, url("img/favicon.svg"))])
}
