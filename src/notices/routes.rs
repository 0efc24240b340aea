//! The URLs of notices.

use axum::{
    Router,
    routing::{get, post},
};

use super::{
    pages::{choices, list, push, unsubscribe},
    state::State,
};

pub fn router(state: State) -> Router {
    Router::new()
        .route("/notices", get(list::show))
        .route("/notices/read", post(list::mark_all_read))
        .route("/notices/{id}/open", post(list::open))
        .route("/settings/notices", get(choices::show).post(choices::save))
        .route("/account/notices", get(choices::show).post(choices::save))
        .route("/push/key", get(push::key))
        .route("/account/push", post(push::subscribe))
        .route("/account/push/remove", post(push::unsubscribe))
        .route("/unsubscribe/{token}", get(unsubscribe::show).post(unsubscribe::stop))
        .route("/u/{token}", get(unsubscribe::show).post(unsubscribe::stop))
        .with_state(state)
}
