//! What programs and people look for at addresses that nobody links to (case 11).

use axum::{
    Json, Router,
    extract::Request,
    http::{HeaderName, Method, header},
    response::{IntoResponse as _, Redirect, Response},
    routing::get,
};
use serde_json::Value;
use time::{Duration, OffsetDateTime, format_description::well_known::Rfc3339};

use super::{Contact, Error, LiveMarketplace, Marketplace, return_to::ReturnTo};

/// What is somebody's own, or endless; sitemaps name everything that isn't.
const ROBOTS: &str = "User-agent: *\nDisallow: /account\nDisallow: /admin\nDisallow: /messages\nDisallow: /notices\nDisallow: /rooms/\n\
                      Disallow: /seller/\nDisallow: /login\nDisallow: /register\nDisallow: /*?*q=\n";

const TEXT: [(HeaderName, &str); 1] = [(header::CONTENT_TYPE, "text/plain; charset=utf-8")];

pub fn router<S: Clone + Send + Sync + 'static>(marketplace: LiveMarketplace) -> Router<S> {
    let (android, ios, robots) = (marketplace.clone(), marketplace.clone(), marketplace.clone());
    Router::new()
        .route("/robots.txt", get(move || async move { (TEXT, robots_txt(&robots.current())) }))
        .route(
            "/.well-known/security.txt",
            get(move || async move { (TEXT, security_txt(&marketplace.current())) }),
        )
        .route(
            "/.well-known/assetlinks.json",
            get(move || async move { association(android.current().apps.asset_links()) }),
        )
        .route(
            "/.well-known/apple-app-site-association",
            get(move || async move { association(ios.current().apps.site_association()) }),
        )
}

/// Fetched by the systems' servers now and then.
fn association(file: Option<Value>) -> Response {
    match file {
        Some(file) => ([(header::CACHE_CONTROL, "public, max-age=3600")], Json(file)).into_response(),
        None => Error::NotFound.into_response(),
    }
}

/// RFC 9309.
fn robots_txt(marketplace: &Marketplace) -> String {
    format!("{ROBOTS}\nSitemap: {}/sitemap.xml\n", marketplace.origin.0)
}

/// RFC 9116; without a contact, whoever runs the place is reached as its pages say.
fn security_txt(marketplace: &Marketplace) -> String {
    let origin = &marketplace.origin.0;
    let contact = marketplace.contact.as_ref().map_or_else(|| format!("{origin}/"), Contact::url);
    let expires = OffsetDateTime::now_utc().replace_time(time::Time::MIDNIGHT) + Duration::days(180);
    let expires = expires.format(&Rfc3339).unwrap_or_default();
    format!("Contact: {contact}\nExpires: {expires}\nCanonical: {origin}/.well-known/security.txt\n")
}

/// The fallback: an address with a slash too many or in capitals leads to the page; anything else is nothing.
pub async fn canonical_path(request: Request) -> Response {
    let path = request.uri().path();
    let wanted = path.trim_end_matches('/').to_lowercase();
    let is_read = matches!(*request.method(), Method::GET | Method::HEAD);
    // What our addresses are made of.
    let is_plain = path.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/-_".contains(&byte));
    if !is_read || !is_plain || wanted == path || wanted.is_empty() {
        return Error::NotFound.into_response();
    }
    let query = request.uri().query().map(|query| format!("?{query}")).unwrap_or_default();
    let to = ReturnTo::new(&format!("{wanted}{query}"));
    match to.or("") {
        "" => Error::NotFound.into_response(),
        to => Redirect::permanent(to).into_response(),
    }
}
