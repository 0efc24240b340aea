//! People.

mod admission;
mod email;
mod leaving;
mod oauth;
mod passkeys;
mod photo;
mod profile;
mod reauthentication;
mod register;
mod reset;
mod second_factor;
mod sessions;
mod sign_in;
mod tokens;
