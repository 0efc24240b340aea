use axum::Router;

use super::photos;
use crate::app::AppState;

pub fn router() -> Router<AppState> {
    Router::new().merge(photos::router())
}
