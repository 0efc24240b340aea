//! What settings says to people, each sentence once: here a translator finds them.

use std::fmt::Display;

pub(super) const A_COLOUR_LOOKS_LIKE_0D5C49: &str = "A colour looks like #0d5c49.";
pub(super) const PLEASE_CHOOSE_A_COUNTRY: &str = "Please choose a country.";
pub(super) const PLEASE_CHOOSE_CURRENCIES_OF_THE_LIST: &str = "Please choose currencies of the list.";
pub(super) const PLEASE_CHOOSE_ONE_OF_THE_CURRENCIES_THAT_PRICES_MAY: &str =
    "Please choose one of the currencies that prices may be in.";
pub(super) const PLEASE_CHOOSE_WHO_MAY_REGISTER: &str = "Please choose who may register.";
pub(super) const PLEASE_GIVE_AN_E_MAIL_ADDRESS: &str =
    "Please give an e-mail address, or a page like https://market.example/contact.";
pub(super) const PLEASE_OPEN_THIS_PAGE_AGAIN: &str = "Please open this page again, and save it then.";

pub(super) fn light_pages_show_it_darker(on_light: impl Display) -> String {
    format!("So that everybody can read it, light pages show it darker, as {on_light}.")
}

pub(super) fn dark_pages_show_it_lighter(on_dark: impl Display) -> String {
    format!("So that everybody can read it, dark pages show it lighter, as {on_dark}.")
}

pub(super) fn both_themes_show_it_otherwise(on_light: impl Display, on_dark: impl Display) -> String {
    format!("So that everybody can read it, light pages show it as {on_light} and dark ones as {on_dark}.")
}
