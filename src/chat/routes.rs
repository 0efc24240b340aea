use axum::{
    Router,
    extract::DefaultBodyLimit,
    routing::{get, post},
};

use crate::{
    app::AppState,
    chat::{forms, history, inbox, inbox_socket, photos, product_page, receive::MAX_FORM, room, socket},
};

pub fn router() -> Router<AppState> {
    // The forms with a picture in them.
    let large = Router::new()
        .route("/products/{id}/messages", post(forms::say_about_product))
        .route("/rooms/{room}/messages", get(history::show).post(forms::say_in_room))
        .layer(DefaultBodyLimit::max(MAX_FORM));
    Router::new()
        .route("/products/{id}", get(product_page::show))
        .route("/messages", get(inbox::show))
        .route("/rooms/{room}", get(room::show))
        .route("/rooms/{room}/photos/{key}/{file}", get(photos::show))
        .route("/rooms/{room}/read", post(room::read))
        .route("/rooms/{room}/seen.gif", get(room::seen))
        .route("/ws/{room}", get(socket::upgrade))
        .route("/ws/inbox", get(inbox_socket::upgrade))
        .merge(large)
}
