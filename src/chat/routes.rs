use axum::{
    Router,
    routing::{get, post},
};

use super::{forms, history, inbox, inbox_socket, product_page, room, socket};
use crate::app::AppState;

pub fn router() -> Router<AppState> {
    Router::new()
        .route("/products/{id}", get(product_page::show))
        .route("/products/{id}/messages", post(forms::say_about_product))
        .route("/messages", get(inbox::show))
        .route("/rooms/{room}", get(room::show))
        .route("/rooms/{room}/messages", get(history::show).post(forms::say_in_room))
        .route("/rooms/{room}/seen.gif", get(room::seen))
        .route("/ws/{room}", get(socket::upgrade))
        .route("/ws/inbox", get(inbox_socket::upgrade))
}
