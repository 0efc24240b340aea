//! The handlers of notices.

pub(super) mod choices;
pub(super) mod list;
pub(super) mod push;
pub(super) mod unsubscribe;
