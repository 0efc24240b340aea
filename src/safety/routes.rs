//! Safety's URLs. Reporting and blocking are chat's: they need its rooms.

use axum::{
    Router,
    routing::{get, post},
};

use super::{pages, state::State};

pub fn router(state: State) -> Router {
    Router::new()
        .route("/about/reports", get(pages::figures))
        .route("/cases", get(pages::list))
        .route("/cases/{id}", get(pages::show))
        .route("/cases/{id}/appeal", post(pages::appeal))
        .with_state(state)
}
