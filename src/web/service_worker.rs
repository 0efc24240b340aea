//! The service worker: one script at the root, and the page that it shows where nothing can be reached.
//!
//! ```text
//! static/worker/*.js, one after the other, behind VERSION and ASSETS → /sw.js → each browser that asks again at a page
//! /offline ─┐
//! ASSETS ───┴→ kept by the worker as it is installed, by addresses with the content's hash
//! ```
//!
//! Another version of the static files, or of what the marketplace is called and looks like, is another script: browsers
//! see that it differs, install it beside, and use it from the next page on. Invariant: neither the script nor the page
//! depends on who asks.

use std::sync::LazyLock;

use askama::Template;
use askama_web::WebTemplate;
use axum::{
    Router,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse as _, Response},
    routing::get,
};
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::{LiveMarketplace, Marketplace, Shell, ShellSource, assets};

/// One script: its parts see each other's names. The first is also a module of pages.
const PARTS: [&str; 8] = [
    "js/lib/database.js",
    "worker/push.js",
    "worker/account.js",
    "worker/assets.js",
    "worker/pages.js",
    "worker/outbox.js",
    "worker/share.js",
    "worker/events.js",
];

/// What the kept pages are made of.
const FILES: [&str; 8] = [
    assets::STYLE_SHEET,
    assets::VISITOR,
    assets::MEMBER,
    "vendor/inter-5.3.0/inter-latin.woff2",
    "vendor/lucide-1.62.0/sprite.svg",
    "img/logo.svg",
    "img/favicon.svg",
    "img/no-photo.svg",
];

static SCRIPT: LazyLock<String> = LazyLock::new(|| {
    let part = |path: &str| {
        let file = assets::file(path).expect("a part of the worker that is listed");
        String::from_utf8_lossy(&file).replace("\nexport ", "\n")
    };
    PARTS.map(part).join("\n")
});

static ASSETS: LazyLock<Vec<String>> = LazyLock::new(|| FILES.map(assets::url).to_vec());

#[derive(Clone)]
struct Parts {
    marketplace: LiveMarketplace,
    shell: ShellSource,
}

/// `/service-worker.js` is the address that browsers know from before `/sw.js`.
pub fn router<S: Clone + Send + Sync + 'static>(
    marketplace: LiveMarketplace,
    shell: ShellSource,
) -> Router<S> {
    Router::new()
        .route("/sw.js", get(script))
        .route("/service-worker.js", get(script))
        .route("/offline", get(offline))
        .with_state(Parts { marketplace, shell })
}

/// Browsers ask for it themselves, at every page: mostly answered by its tag.
async fn script(State(Parts { marketplace, .. }): State<Parts>, headers: HeaderMap) -> Response {
    let marketplace = marketplace.current();
    let version = version(&marketplace);
    let tag = format!("\"{version}\"");
    let caching = [(header::ETAG, tag.clone()), (header::CACHE_CONTROL, "no-cache".to_owned())];
    let known = headers.get(header::IF_NONE_MATCH).and_then(|known| known.to_str().ok());
    if known.is_some_and(|known| known.contains(&tag)) {
        return (StatusCode::NOT_MODIFIED, caching).into_response();
    }
    let own =
        marketplace.theme_url().into_iter().chain(marketplace.logo.as_ref().map(|logo| logo.small.clone()));
    let kept: Vec<_> = ASSETS.iter().cloned().chain(own).collect();
    let (static_path, kept) = (json!(assets::url("")), json!(kept));
    let head = format!(
        "const VERSION = {};\nconst STATIC = {static_path};\nconst ASSETS = {kept};\n",
        json!(version)
    );
    let kind = [(header::CONTENT_TYPE, "text/javascript; charset=utf-8")];
    (kind, caching, format!("{head}{}", *SCRIPT)).into_response()
}

/// Of the files, and of everything that the offline page says.
fn version(marketplace: &Marketplace) -> String {
    let mut hash = Sha256::new();
    hash.update(assets::url(""));
    hash.update(format!("{marketplace:?}"));
    hash.finalize().iter().take(6).map(|byte| format!("{byte:02x}")).collect()
}

#[derive(Template, WebTemplate)]
#[template(path = "errors/offline.html")]
struct OfflinePage {
    shell: Shell,
}

async fn offline(State(Parts { shell, .. }): State<Parts>) -> impl axum::response::IntoResponse {
    OfflinePage { shell: shell.offline(None, "/offline") }
}
