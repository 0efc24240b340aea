//! The pages: registration, sign-in, and one's own account page.

pub(super) mod authorize;
pub(super) mod confirm;
pub(super) mod email;
mod finish_sign_in;
pub(super) mod leaving;
pub(super) mod oauth_token;
pub(super) mod passkey_sign_in;
pub(super) mod passkeys;
pub(super) mod password;
pub(super) mod privacy;
pub(super) mod profile;
pub(super) mod register;
pub(super) mod reset;
pub(super) mod second_factor;
pub(super) mod sessions;
pub(super) mod sign_in;
pub(super) mod sign_in_code;
pub(super) mod tokens;
