//! All SQL over notices, what was chosen about them, and push subscriptions.

pub(super) mod choices;
pub(super) mod due;
pub(super) mod keys;
pub(super) mod mail;
pub(super) mod notices;
pub(super) mod subscriptions;
