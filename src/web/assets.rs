//! Static files, embedded into the program and cached by content hash.
//!
//! One hash over all of them is in every URL (`/static/<hash>/js/app.js`), so each may be cached
//! for ever, and modules and style sheets may name one another by relative paths. Pages link one
//! style sheet: the files of `static/css`, one after the other.

use std::{collections::BTreeSet, sync::LazyLock};

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

/// All of `static/css` in one: linked by every page.
pub const STYLE_SHEET: &str = "css/all.css";

/// Its parts, in their order. `tokens` says how the layers follow one another.
const STYLES: [&str; 25] = [
    "tokens",
    "base",
    "page",
    "marks",
    "components",
    "buttons",
    "forms",
    "tables",
    "layout",
    "nav",
    "products",
    "product",
    "product-form",
    "chat",
    "bubbles",
    "composer",
    "room",
    "inbox",
    "notices",
    "accounts",
    "dashboard",
    "admin",
    "house",
    "touch",
    "print",
];

static STYLE: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let parts =
        STYLES.map(|name| Files::get(&format!("css/{name}.css")).expect("a style sheet that is listed"));
    parts.iter().flat_map(|part| part.data.iter().copied()).collect()
});

/// What the room's script imports, and what that imports: asked for with the page instead of one after another.
static ROOM_MODULES: LazyLock<Vec<String>> = LazyLock::new(|| {
    let mut modules = BTreeSet::new();
    add_imports("js/chat/room.js", &mut modules);
    modules.iter().map(|path| url(path)).collect()
});

pub fn room_modules() -> &'static [String] {
    &ROOM_MODULES
}

/// A module and all that it imports, by their addresses.
pub fn with_imports(module: &str) -> Vec<String> {
    let mut modules = BTreeSet::from([module.to_owned()]);
    add_imports(module, &mut modules);
    modules.iter().map(|path| url(path)).collect()
}

/// Follows the lines `import … from "./path.js";` of a module.
fn add_imports(module: &str, found: &mut BTreeSet<String>) {
    let Some(file) = Files::get(module) else { return };
    let text = String::from_utf8_lossy(&file.data);
    for line in text.lines() {
        let Some((_, path)) = line.strip_suffix("\";").and_then(|line| line.rsplit_once(" from \"")) else {
            continue;
        };
        let path = beside(module, path);
        if found.insert(path.clone()) {
            add_imports(&path, found);
        }
    }
}

/// A relative path, seen from a file.
fn beside(file: &str, path: &str) -> String {
    let mut parts: Vec<_> = file.split('/').collect();
    parts.pop();
    for part in path.split('/') {
        match part {
            "." => {}
            ".." => drop(parts.pop()),
            name => parts.push(name),
        }
    }
    parts.join("/")
}

static VERSION: LazyLock<String> = LazyLock::new(|| {
    let mut names: Vec<_> = Files::iter().collect();
    names.sort();
    let mut hash = Sha256::new();
    for name in names {
        hash.update(name.as_bytes());
        hash.update(Files::get(&name).map(|file| file.metadata.sha256_hash()).unwrap_or_default());
    }
    hash.update(&*STYLE); // also its order
    hash.finalize().iter().take(6).map(|byte| format!("{byte:02x}")).collect()
});

pub fn url(path: &str) -> String {
    format!("/static/{}/{path}", *VERSION)
}

/// A file of `static/`, for an address of its own.
pub fn file(path: &str) -> Option<Vec<u8>> {
    Files::get(path).map(|file| file.data.into_owned())
}

pub fn router<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new().route("/static/{version}/{*path}", get(show)).route("/favicon.ico", get(favicon))
}

async fn show(Path((version, path)): Path<(String, String)>) -> Response {
    // A page of another version (a second node, a tab left open) gets today's file, uncached.
    let caching = if version == *VERSION { "public, max-age=31536000, immutable" } else { "no-cache" };
    if path == STYLE_SHEET {
        let headers = [(header::CONTENT_TYPE, "text/css; charset=utf-8"), (header::CACHE_CONTROL, caching)];
        return (headers, STYLE.as_slice()).into_response();
    }
    let Some(file) = Files::get(&path) else {
        return super::Error::NotFound.into_response();
    };
    let mime = file.metadata.mimetype().to_owned();
    let mime = if mime.starts_with("text/") { format!("{mime}; charset=utf-8") } else { mime };
    ([(header::CONTENT_TYPE, mime.as_str()), (header::CACHE_CONTROL, caching)], file.data).into_response()
}

async fn favicon() -> impl IntoResponse {
    (StatusCode::MOVED_PERMANENTLY, [(header::LOCATION, url("img/favicon.svg"))])
}
