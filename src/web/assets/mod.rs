//! Static files, embedded into the program and cached by content hash.
//!
//! ```text
//! static/css/*.css ── style_sheet ─┐
//! static/js/**/*.js ─── bundle ────┼→ compressed, once each → /static/<hash>/…
//! static/vendor, static/img ───────┘
//! ```
//!
//! One hash over all of them is in every URL, so each may be cached for ever. A page links one style sheet and one script,
//! that of its kind ([`VISITOR`], [`MEMBER`], [`DESK`]). The sources stay small files; what is joined of them is no file.

mod bundle;
mod compressed;
mod style_sheet;

use std::{collections::HashMap, sync::LazyLock};

use axum::{
    Router,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use rust_embed::RustEmbed;
use sha2::{Digest, Sha256};

use self::compressed::Compressed;
use super::{Path, compression::AsItIs};

#[derive(RustEmbed)]
#[folder = "static/"]
struct Files;

/// All of `static/css` in one: linked by every page.
pub const STYLE_SHEET: &str = "css/all.css";
/// The script of pages for somebody who isn't signed in.
pub const VISITOR: &str = "js/pages/visitor.js";
/// For somebody signed in: it has the conversation, too, so that a room that is opened waits for no script.
pub const MEMBER: &str = "js/pages/member.js";
/// The same, and what forms and settings need beyond.
pub const DESK: &str = "js/pages/desk.js";

const SPRITE: &str = "vendor/lucide-1.62.0/sprite.svg";

/// What is made of the files, or asked for by every page.
static PREPARED: LazyLock<HashMap<&str, Compressed>> = LazyLock::new(|| {
    let scripts = [VISITOR, MEMBER, DESK].map(|entry| {
        let script = bundle::join(entry, text).unwrap_or_else(|problem| panic!("{entry}: {problem}"));
        (entry, Compressed::new(script.into_bytes()))
    });
    let sheet = style_sheet::join(|name| text(&format!("css/{name}.css")));
    let others = [(STYLE_SHEET, sheet.into_bytes()), (SPRITE, file(SPRITE).unwrap_or_default())];
    scripts.into_iter().chain(others.map(|(path, whole)| (path, Compressed::new(whole)))).collect()
});

static VERSION: LazyLock<String> = LazyLock::new(|| {
    let mut names: Vec<_> = Files::iter().collect();
    names.sort();
    let mut hash = Sha256::new();
    for name in names {
        hash.update(name.as_bytes());
        hash.update(Files::get(&name).map(|file| file.metadata.sha256_hash()).unwrap_or_default());
    }
    for path in [STYLE_SHEET, VISITOR, MEMBER, DESK] {
        hash.update(PREPARED[path].whole()); // also how they are joined
    }
    hash.finalize().iter().take(6).map(|byte| format!("{byte:02x}")).collect()
});

pub fn url(path: &str) -> String {
    format!("/static/{}/{path}", *VERSION)
}

/// A file of `static/`, for an address of its own.
pub fn file(path: &str) -> Option<Vec<u8>> {
    Files::get(path).map(|file| file.data.into_owned())
}

fn text(path: &str) -> Option<String> {
    file(path).and_then(|bytes| String::from_utf8(bytes).ok())
}

/// Joins and compresses all that pages link, which the first to ask for it waits for otherwise.
pub fn prepare() {
    for prepared in PREPARED.values() {
        prepared.compress();
    }
}

pub fn router<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new().route("/static/{version}/{*path}", get(show)).route("/favicon.ico", get(favicon))
}

async fn show(Path((version, path)): Path<(String, String)>, headers: HeaderMap) -> Response {
    // A page of another version (a second node, a tab left open) gets today's file, uncached.
    let caching = if version == *VERSION { "public, max-age=31536000, immutable" } else { "no-cache" };
    let caching = (header::CACHE_CONTROL, caching);
    let kind = (header::CONTENT_TYPE, kind(&path));
    if let Some(prepared) = PREPARED.get(&*path) {
        return ([kind], [caching], prepared.for_reader(&headers)).into_response();
    }
    let Some(file) = Files::get(&path) else {
        return super::Error::NotFound.into_response();
    };
    let mut response = ([kind], [caching], file.data).into_response();
    if path.ends_with(".woff2") {
        response.extensions_mut().insert(AsItIs);
    }
    response
}

fn kind(path: &str) -> String {
    let mime = Files::get(path).map_or("text/css".to_owned(), |file| file.metadata.mimetype().to_owned());
    if mime.starts_with("text/") { format!("{mime}; charset=utf-8") } else { mime }
}

async fn favicon() -> impl IntoResponse {
    (StatusCode::MOVED_PERMANENTLY, [(header::LOCATION, url("img/favicon.svg"))])
}
