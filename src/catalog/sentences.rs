//! What lists say to people, each sentence once: here a translator finds them.

use std::fmt::Display;

pub(super) const NOBODY_KNOWS_WHERE_THAT_PLACE_IS: &str =
    "We don’t know where that place is: these are all places whose names begin so.";
pub(super) const SAY_AROUND_WHICH_PLACE: &str = "Say around which place.";
pub(super) const THAT_SEARCH_TOOK_TOO_LONG: &str =
    "That search took too long. Please use other words, or fewer filters.";
pub(super) const THIS_FEED_IS_OF_A_SEARCH_THAT_CANT_BE_UNDERSTOOD: &str = "This feed is of a search that can't be understood here. The same address without .atom says what is wrong.";
pub(super) const VERY_MANY_PEOPLE_ARE_SEARCHING_JUST_NOW: &str =
    "Very many people are searching just now. Please try again in a moment.";
pub(super) const THE_PRICES_WERE_SWAPPED: &str = "The lowest price was above the highest: they are swapped.";
pub(super) const THE_QUESTION_IS_CUT: &str = "That was very long: only its beginning is searched for.";

pub(super) fn there_is_no_such_field(field: impl Display) -> String {
    format!("There is no such {field}, so this shows all.")
}
