//! What chat says to people, each sentence once: here a translator finds them.

use std::fmt::Display;

pub(super) const ANOTHER_MESSAGE_WAS_SENT_UNDER_THIS_NUMBER_ALREADY: &str =
    "Another message was sent under this number already.";
pub(super) const A_FRAME_CAN_HAVE_AT_MOST_32_KIB: &str = "A frame can have at most 32 KiB.";
pub(super) const A_MESSAGE_CAN_HAVE_AT_MOST_4_000_CHARACTERS: &str =
    "A message can have at most 4,000 characters.";
pub(super) const A_REPORT_HAS_NO_FILES: &str = "A report has no files.";
pub(super) const CHOOSE_FIVE_MESSAGES_AT_MOST: &str = "Choose five messages at most.";
pub(super) const CHOOSE_WHAT_IS_WRONG_WITH_IT: &str = "Choose what is wrong with it.";
pub(super) const GIVE_EITHER_AFTER_OR_BEFORE: &str =
    "Give either after or before, as the number of an entry.";
pub(super) const PLEASE_CONFIRM_YOUR_ADDRESS_FIRST: &str =
    "Please confirm your address first: a letter is on its way to you. Your words stay here.";
pub(super) const SIGN_IN_OR_REGISTER_AND_CHOOSE_THE_PICTURE_AGAIN: &str =
    "Sign in or register to send your message. Your text is kept; the picture has to be chosen again.";
pub(super) const SIGN_IN_OR_REGISTER_TO_SEND_YOUR_MESSAGE: &str =
    "Sign in or register to send your message. Your text is kept.";
pub(super) const THANK_YOU_WHOEVER_RUNS_THIS_MARKETPLACE_LOOKS_AT_IT: &str =
    "Thank you. Whoever runs this marketplace looks at it, and you are told what they decide.";
pub(super) const THAT_PRODUCT_CANT_BE_SPOKEN_OF_HERE: &str =
    "That product can't be spoken of here. Sent again, your message goes without it.";
pub(super) const THAT_TOOK_TOO_LONG: &str = "That took too long; try a rarer word.";
pub(super) const THAT_WAS_VERY_FAST: &str = "That was very fast. Wait a moment, then send it again.";
pub(super) const THE_MESSAGE_COULD_NOT_BE_STORED_JUST_NOW: &str =
    "The message could not be stored just now. Please send it again.";
pub(super) const THIS_FRAME_CANT_BE_UNDERSTOOD: &str = "This frame can't be understood.";
pub(super) const THIS_IS_YOUR_OWN_PRODUCT: &str =
    "This is your own product. Buyers' messages are in My Messages.";
pub(super) const THIS_MESSAGE_CANT_BE_STORED_AS_IT_IS: &str =
    "This message can't be stored as it is. Change it, then send it again.";
pub(super) const THIS_MESSAGE_HOLDS_A_CHARACTER_THAT_CANT_BE_STORED: &str =
    "This message holds a character that can't be stored.";
pub(super) const THOSE_WERE_VERY_MANY_PICTURES: &str =
    "Those were very many pictures. Please wait some minutes, then send the rest.";
pub(super) const VERY_MANY_PEOPLE_ARE_SEARCHING_JUST_NOW: &str =
    "Very many people are searching just now. Wait a moment, then search again.";
pub(super) const WRITE_SOMETHING_FIRST: &str = "Write something first.";
pub(super) const YOUR_OTHER_SEARCHES_ARENT_DONE_YET: &str =
    "Your other searches aren't done yet. Wait a moment, then search again.";
pub(super) const YOU_BLOCKED_THIS_PERSON: &str = "You blocked this person. To write to them, undo it first.";
pub(super) const YOU_CAN_BLOCK_PEOPLE_WHOM_YOU_COULD_TALK_TO: &str =
    "You can block people whom you could talk to.";
pub(super) const YOU_CAN_WRITE_TO_EACH_OTHER_AGAIN: &str =
    "You can write to each other again. What they wrote meanwhile stays hidden.";
pub(super) const YOU_HAVE_REPORTED_VERY_MUCH_TODAY: &str =
    "You have reported very much today. Please go on tomorrow.";
pub(super) const YOU_HAVE_TOO_MANY_WINDOWS_OPEN_HERE: &str =
    "You have too many windows open here. Please close some.";

pub(super) fn a_limit_is_1_to(max_limit: impl Display) -> String {
    format!("A limit is 1 to {max_limit}.")
}

pub(super) fn you_block_people_already(most: impl Display) -> String {
    format!("You block {most} people already. Undo some of them first.")
}

pub(super) fn you_blocked(name: impl Display) -> String {
    format!("You blocked {name}. Nothing that they write reaches you, and they aren’t told.")
}
