//! People.

mod admission;
mod email;
mod profile;
mod register;
mod reset;
mod second_factor;
mod sessions;
mod sign_in;
