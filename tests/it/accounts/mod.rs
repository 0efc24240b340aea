//! People.

mod profile;
mod register;
mod sign_in;
