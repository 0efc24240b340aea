//! What web says to people, each sentence once: here a translator finds them.

use std::fmt::Display;

pub(super) const PLEASE_FILL_THIS_IN: &str = "Please fill this in.";
pub(super) const PLEASE_SIGN_IN_TO_GO_ON: &str = "Please sign in to go on.";
pub(super) const PLEASE_USE_LETTERS: &str = "Please use letters, digits and punctuation only.";
pub(super) const SOMETHING_HAS_TO_BE_SET_UP_ON_YOUR_ACCOUNT: &str =
    "Something has to be set up on your account before this page opens.";
pub(super) const SOMETHING_IN_THIS_ADDRESS_CANT_BE_UNDERSTOOD: &str =
    "Something in this address can't be understood.";
pub(super) const THAT_IS_OUR_FAULT: &str = "That is our fault, not yours. Please try again in a moment.";
pub(super) const THERE_IS_NO_PAGE_AT_THIS_ADDRESS: &str =
    "There is no page at this address, or it isn't yours to see.";
pub(super) const THESE_PHOTOS_ARE_TOO_LARGE_TOGETHER: &str =
    "These photos are too large together. Please send fewer at once.";
pub(super) const THE_FORM_COULDNT_BE_READ: &str = "The form couldn't be read. Please send it again.";
pub(super) const THE_FORM_HOLDS_MORE_THAN_THIS_PAGE_ACCEPTS: &str =
    "The form holds more than this page accepts.";
pub(super) const THE_MARKETPLACE_CANT_REACH_ITS_DATABASE_JUST_NOW: &str =
    "The marketplace can't reach its database just now. Nothing is lost; please try again.";
pub(super) const THIS_ADDRESS_DOESNT_TAKE_THAT_KIND_OF_REQUEST: &str =
    "This address doesn't take that kind of request.";
pub(super) const THIS_CAME_FROM_ANOTHER_SITE: &str =
    "This came from another site, so it was not carried out.";
pub(super) const THIS_TEXT_HOLDS_A_CHARACTER_THAT_CANT_BE_STORED: &str =
    "This text holds a character that can't be stored.";
pub(super) const WHAT_YOU_SENT_STOPPED_ON_ITS_WAY: &str =
    "What you sent stopped on its way. Please try again when your connection is better.";

pub(super) fn please_use_at_most_characters(max: impl Display, length: impl Display) -> String {
    format!("Please use at most {max} characters; these are {length}.")
}
