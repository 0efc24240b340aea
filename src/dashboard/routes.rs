use axum::{Router, routing::get};

use super::pages;
use crate::app::AppState;

pub fn router() -> Router<AppState> {
    Router::new().route("/seller/dashboard", get(pages::show))
}
