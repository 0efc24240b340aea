//! Chat's URLs.

use axum::{
    Router,
    extract::DefaultBodyLimit,
    routing::{get, post},
};

use super::{
    attachments,
    pages::{blocks, history, inbox, product_page, read_pixel, remove_photo, report, room, send, send_form},
    sockets,
    state::State,
};

pub fn router(state: State) -> Router {
    // The forms with a picture in them.
    let large = Router::new()
        .route("/products/{id}/messages", post(send::send_about_product))
        .route("/rooms/{room}/messages", get(history::show).post(send::send_in_room))
        .layer(DefaultBodyLimit::max(send_form::MAX_FORM_BYTES));
    Router::new()
        .route("/products/{id}", get(product_page::show))
        .route("/messages", get(inbox::show))
        .route("/rooms/{room}", get(room::show))
        .route("/rooms/{room}/photos/{key}/{file}", get(attachments::serve::show))
        .route("/rooms/{room}/messages/{seq}/photo/remove", post(remove_photo::remove))
        .route("/rooms/{room}/block", post(blocks::block_in_room))
        .route("/sellers/{id}/block", post(blocks::block_seller))
        .route("/account/blocks", get(blocks::list))
        .route("/account/blocks/{id}/remove", post(blocks::remove))
        .route("/reports", get(report::show).post(report::send))
        .route("/rooms/{room}/read", post(read_pixel::read))
        .route("/rooms/{room}/seen.gif", get(read_pixel::seen))
        .route("/ws/{room}", get(sockets::room::upgrade))
        .route("/ws/inbox", get(sockets::inbox::upgrade))
        .merge(large)
        .with_state(state)
}
