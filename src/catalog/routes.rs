use axum::{Router, middleware::from_fn, routing::get};

use super::{pages, state::State};
use crate::web::etag;

pub fn router(state: State) -> Router {
    Router::new()
        .route("/", get(pages::home))
        .route("/products", get(pages::browse))
        .route("/products.atom", get(pages::feed::show).layer(from_fn(etag::tag)))
        .route("/suggestions", get(pages::suggestions::show))
        .route("/sitemap.xml", get(pages::sitemap::index))
        .route("/sitemaps/{file}", get(pages::sitemap::file))
        .with_state(state)
}
