use axum::{
    Router,
    routing::{get, post},
};

use super::{pages, state::State};

pub fn router(state: State) -> Router {
    Router::new()
        .route("/register", get(pages::new).post(pages::register))
        .route("/login", get(pages::login).post(pages::sign_in))
        .route("/logout", post(pages::sign_out))
        .route("/account", get(pages::account).post(pages::update))
        .route("/account/password", post(pages::change_password))
        .route("/account/sign-out-everywhere", post(pages::sign_out_everywhere))
        .route("/account/sell", post(pages::sell))
        .with_state(state)
}
