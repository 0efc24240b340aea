use axum::{
    Router,
    routing::{get, post},
};

use super::{
    pages::{
        authorize, confirm, email, leaving, oauth_token, passkey_sign_in, passkeys, password, privacy,
        profile, register, reset, second_factor, sessions, sign_in, sign_in_code, tokens,
    },
    state::State,
};

pub fn router(state: State) -> Router {
    Router::new()
        .route("/register", get(register::new).post(register::register))
        .route("/login", get(sign_in::login).post(sign_in::sign_in))
        .route("/login/code", get(sign_in_code::show).post(sign_in_code::check))
        .route("/login/code/passkey/challenge", post(sign_in_code::ask_passkey))
        .route("/login/code/passkey", post(sign_in_code::check_passkey))
        .route("/login/passkey/challenge", post(passkey_sign_in::ask))
        .route("/login/passkey", post(passkey_sign_in::sign_in))
        .route("/logout", post(sign_in::sign_out))
        .route("/account", get(profile::account).post(profile::update))
        .route("/account/password", post(password::change_password))
        .route("/account/sign-out-everywhere", post(sign_in::sign_out_everywhere))
        .route("/account/email", post(email::change))
        .route("/account/email/confirm", post(email::send_again))
        .route("/confirm-email", get(email::confirm_page).post(email::confirm))
        .route("/change-email", get(email::change_page).post(email::change_confirmed))
        .route("/undo-email", get(email::undo_page).post(email::undo))
        .route("/forgot-password", get(reset::forgot).post(reset::send))
        .route("/reset-password", get(reset::show).post(reset::set))
        .route("/account/second-factor", get(second_factor::show).post(second_factor::enrol))
        .route("/account/second-factor/codes", post(second_factor::renew_codes))
        .route("/account/second-factor/remove", post(second_factor::remove))
        .route("/account/passkeys", post(passkeys::add))
        .route("/account/passkeys/challenge", post(passkeys::ask))
        .route("/account/passkeys/{id}/remove", post(passkeys::remove))
        .route("/account/confirm", get(confirm::show).post(confirm::go_on))
        .route("/account/confirm/challenge", post(confirm::ask_passkey))
        .route("/account/sessions", get(sessions::list))
        .route("/account/sessions/end", post(sessions::end))
        .route("/account/sessions/end-others", post(sessions::end_others))
        .route("/account/tokens", get(tokens::list).post(tokens::create))
        .route("/account/tokens/{id}/end", post(tokens::end))
        .route("/oauth/authorize", get(authorize::show).post(authorize::decide))
        .route("/oauth/token", post(oauth_token::token))
        .route("/oauth/revoke", post(oauth_token::revoke))
        .route("/.well-known/oauth-authorization-server", get(oauth_token::metadata))
        .route("/account/leave", get(leaving::show))
        .route("/account/export", post(leaving::ask_for_copy))
        .route("/account/export.zip", get(leaving::download))
        .route("/account/delete", post(leaving::delete))
        .route("/account/keep", post(leaving::keep))
        .route("/account/sell", post(profile::sell))
        .route("/account/privacy", post(privacy::update))
        .with_state(state)
}
