//! What passes between the questions and their answers.

use serde_json::Value;

/// What a browser is asked, and what is kept to check its answer.
pub(super) struct Question {
    pub for_browser: Value,
    pub state: Value,
}

/// A key that was just made.
pub(super) struct NewCredential {
    pub id: Vec<u8>,
    pub credential: Value,
    pub sign_count: u32,
}

/// Whose a new key will be, as its owner reads it in their device.
#[cfg_attr(not(feature = "passkeys"), allow(dead_code, reason = "nobody is asked"))]
pub(in crate::accounts) struct Registrant<'a> {
    pub account_id: i64,
    pub email: &'a str,
    pub name: &'a str,
    pub marketplace: &'a str,
}

/// Which key a browser may answer with.
#[derive(Clone, Copy)]
pub(in crate::accounts) enum Whose {
    /// Anybody's: the key says whose it is.
    Anybody,
    /// One of this account's.
    Account(i64),
}
