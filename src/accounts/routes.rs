use axum::{
    Router,
    routing::{get, post},
};

use super::{
    pages::{password, profile, register, sign_in},
    state::State,
};

pub fn router(state: State) -> Router {
    Router::new()
        .route("/register", get(register::new).post(register::register))
        .route("/login", get(sign_in::login).post(sign_in::sign_in))
        .route("/logout", post(sign_in::sign_out))
        .route("/account", get(profile::account).post(profile::update))
        .route("/account/password", post(password::change_password))
        .route("/account/sign-out-everywhere", post(sign_in::sign_out_everywhere))
        .route("/account/sell", post(profile::sell))
        .with_state(state)
}
