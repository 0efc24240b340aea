use axum::{Router, routing::get};

use crate::dashboard::{pages, state::State};

pub fn router(state: State) -> Router {
    Router::new().route("/seller/dashboard", get(pages::show)).with_state(state)
}
