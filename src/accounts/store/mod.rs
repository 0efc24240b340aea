//! All SQL over accounts, buyers, customers, and the sessions of an account.

pub(super) mod accounts;
pub(super) mod profiles;
pub(super) mod session_rows;
pub(super) mod sessions;
