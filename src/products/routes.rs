use axum::{
    Router,
    extract::DefaultBodyLimit,
    routing::{get, post},
};

use super::{media, pages, receive::MAX_FORM, single_photo, state::State};

pub fn router(state: State) -> Router {
    // The forms with photos in them.
    let large = Router::new()
        .route("/seller/products", post(pages::owner::create))
        .route("/seller/products/{id}/edit", get(pages::owner::edit).post(pages::owner::update))
        .route("/share", get(pages::share::show).post(pages::share::receive))
        .layer(DefaultBodyLimit::max(MAX_FORM));
    Router::new()
        .route("/sellers/{id}", get(pages::seller::show))
        .route("/seller/products/new", get(pages::owner::new))
        .route("/seller/products/{id}/delete", post(pages::owner::delete))
        .route(
            "/account/photo",
            post(pages::profile_photo::set).layer(DefaultBodyLimit::max(single_photo::MAX_FORM)),
        )
        .route("/account/photo/remove", post(pages::profile_photo::remove))
        .route("/seller/products/{id}/reserve", post(pages::owner::reserve))
        .route("/seller/products/{id}/sold", post(pages::owner::sold))
        .route("/seller/products/{id}/available", post(pages::owner::available))
        .merge(large)
        .merge(media::router())
        .with_state(state)
}
