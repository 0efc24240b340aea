//! What legal says to people, each sentence once: here a translator finds them.

pub(super) const PLEASE_READ_THESE: &str = "Please read these, and agree to them if you do.";
pub(super) const THESE_HAVE_CHANGED_SINCE_YOU_OPENED_THIS_PAGE: &str =
    "These have changed since you opened this page. Please look at them again.";
