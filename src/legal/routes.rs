use axum::{Router, routing::get};

use super::{pages, state::State};

pub fn router(state: State) -> Router {
    Router::new()
        .route("/legal/{page}", get(pages::show))
        .route("/legal/{page}/{version}", get(pages::show_version))
        .route("/about", get(pages::about))
        .with_state(state)
}
