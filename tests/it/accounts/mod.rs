//! People.

mod admission;
mod email;
mod leaving;
mod photo;
mod profile;
mod register;
mod reset;
mod second_factor;
mod sessions;
mod sign_in;
