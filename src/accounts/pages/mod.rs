//! The pages: registration, sign-in, and one's own account page.

pub(super) mod password;
pub(super) mod profile;
pub(super) mod register;
pub(super) mod sign_in;
