//! All SQL over accounts, buyers, customers, known browsers, passkeys, the sessions of an account, and tokens.

pub(super) mod accounts;
pub(super) mod addresses;
pub(super) mod admins;
pub(super) mod admission;
pub(super) mod exports;
pub(super) mod grants;
pub(super) mod invitations;
pub(super) mod known_browsers;
pub(super) mod leaving;
pub(super) mod links;
pub(super) mod oauth;
pub(super) mod passkeys;
pub(super) mod profiles;
pub(super) mod second_factors;
pub(super) mod session_accounts;
pub(super) mod session_rows;
pub(super) mod sessions;
