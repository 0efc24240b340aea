//! What products says to people, each sentence once: here a translator finds them.

use std::fmt::Display;

pub(super) const A_PRICE_CANT_BE_BELOW_ZERO: &str = "A price can't be below zero.";
pub(super) const CHOOSE_A_CATEGORY: &str = "Choose a category.";
pub(super) const CHOOSE_A_CONDITION: &str = "Choose a condition.";
pub(super) const CHOOSE_A_CURRENCY: &str = "Choose a currency.";
pub(super) const DELETED_YOUR_CONVERSATIONS_ABOUT_IT_STAY: &str =
    "Deleted. Your conversations about it stay.";
pub(super) const ENTER_A_PRICE: &str = "Enter a price. 0 means that it is free.";
pub(super) const HERE_IS_WHAT_YOU_WROTE_BEFORE_YOU_WERE_SIGNED: &str =
    "Here is what you wrote before you were signed out. It isn't saved yet.";
pub(super) const ITS_LIVE_EVERYONE_CAN_SEE_IT_NOW: &str = "It’s live. Everyone can see it now.";
pub(super) const IT_IS_FOR_SALE_AGAIN: &str = "It is for sale again.";
pub(super) const IT_IS_RESERVED_FOR_SOMEBODY: &str = "It is reserved for somebody.";
pub(super) const IT_IS_SOLD: &str = "It is sold.";
pub(super) const MARKED_AS_SOLD: &str = "Marked as sold. Well done!";
pub(super) const PHOTOS_CANT_BE_REACHED_JUST_NOW: &str =
    "Photos can't be reached just now. Please try again in a moment.";
pub(super) const PHOTOS_CANT_BE_STORED_JUST_NOW: &str =
    "Photos can't be stored just now. Please try again later, or without.";
pub(super) const PICTURES_CANT_BE_STORED_JUST_NOW: &str =
    "Pictures can't be stored just now. Please try again later.";
pub(super) const PLEASE_CHOOSE_A_PICTURE_FIRST: &str = "Please choose a picture first.";
pub(super) const PLEASE_CONFIRM_YOUR_ADDRESS_FIRST: &str =
    "Please confirm your address first: a letter is on its way to you. All you typed stays here.";
pub(super) const PLEASE_LOOK_AT_THE_FIELDS_MARKED_BELOW: &str =
    "Please look at the fields marked below. Nothing is lost.";
pub(super) const PLEASE_USE_A_FEW_LETTERS_OR_DIGITS: &str = "Please use a few letters or digits.";
pub(super) const RESERVED_OTHERS_STILL_SEE_IT_AND_THAT_IT_IS: &str =
    "Reserved. Others still see it, and that it is.";
pub(super) const THAT_FILE_ISNT_A_JPEG: &str =
    "That file isn't a JPEG, PNG, WebP or GIF picture. Photos may be up to 12 MB and 50 megapixels.";
pub(super) const THAT_FILE_IS_DAMAGED_AND_CANT_BE_READ: &str =
    "That file is damaged and can't be read. Save it again as JPEG, PNG, WebP or GIF, or choose another one.";
pub(super) const THAT_FILE_IS_TOO_LARGE: &str =
    "That file is too large. Photos may be JPEG, PNG, WebP or GIF, up to 12 MB and 50 megapixels.";
pub(super) const THAT_ISNT_A_PRICE: &str = "That isn't a price. Write it like 25 or 25,95.";
pub(super) const THAT_IS_AN_EMPTY_FILE: &str =
    "That is an empty file. Choose a JPEG, PNG, WebP or GIF picture.";
pub(super) const THAT_PHOTO_HAS_TOO_MANY_PIXELS: &str =
    "That photo has too many pixels. Photos may have up to 50 megapixels, and 12,000 pixels a side.";
pub(super) const THAT_PICTURE_IS_AN_AVIF: &str =
    "That picture is an AVIF, which can't be read here: choose JPEG, PNG, WebP or GIF.";
pub(super) const THAT_PICTURE_IS_A_HEIC: &str = "That picture is a HEIC, as iPhones keep them: choose JPEG, PNG, WebP or GIF, or send it from the phone's browser, which turns it into JPEG.";
pub(super) const THAT_PICTURE_TAKES_TOO_MUCH_MEMORY_TO_BE_OPENED: &str = "That picture takes too much memory to be opened. Save it again as an ordinary JPEG (not progressive), or with fewer pixels.";
pub(super) const THAT_WERE_VERY_MANY_PHOTOS: &str = "That were very many photos. Please wait some minutes.";
pub(super) const THAT_WERE_VERY_MANY_PHOTOS_SEND_THE_REST: &str =
    "That were very many photos. Please wait some minutes, then send the rest.";
pub(super) const THERE_ARE_PRODUCTS_IN_THIS_CATEGORY: &str =
    "There are products in this category, so it can't be removed.";
pub(super) const THERE_IS_A_CATEGORY_WITH_THAT_NAME: &str = "There is a category with that name.";
pub(super) const THERE_IS_NO_ROOM_FOR_PHOTOS_OF_VISITORS_JUST: &str =
    "There is no room for photos of visitors just now. Sign in first.";
pub(super) const THERE_IS_NO_SUCH_CATEGORY: &str = "There is no such category.";
pub(super) const THE_SELLER_HAS_TAKEN_THIS_PRODUCT_DOWN: &str = "The seller has taken this product down.";
pub(super) const THIS_PRODUCT_ISNT_SHOWN_ANY_MORE: &str = "This product isn't shown any more.";
pub(super) const THIS_SELLER_ISNT_HERE_ANY_MORE: &str = "This seller isn't here any more.";
pub(super) const YOUR_PHOTO_IS_CHANGED: &str = "Your photo is changed.";
pub(super) const YOUR_PHOTO_IS_REMOVED: &str = "Your photo is removed.";
pub(super) const YOU_WERE_SIGNED_OUT_MEANWHILE: &str =
    "You were signed out meanwhile. Sign in, and everything you wrote is here again.";

pub(super) fn these_are_too_many_photos(max_photos: impl Display, len: impl Display) -> String {
    format!("A product has up to {max_photos} photos; these are {len}. Remove some.")
}

pub(super) fn a_product_has_up_to_photos(max_photos: impl Display) -> String {
    format!("A product has up to {max_photos} photos.")
}

pub(super) fn prices_here_are_in(names: impl Display) -> String {
    format!("Prices here are in {names}.")
}

pub(super) fn prices_in_have_at_most_decimals(currency: impl Display, places: impl Display) -> String {
    format!("Prices in {currency} have at most {places} decimals.")
}

pub(super) fn prices_in_have_no_decimals(currency: impl Display) -> String {
    format!("Prices in {currency} have no decimals.")
}

pub(super) fn this_product_was_changed_meanwhile(title: impl Display, price: impl Display) -> String {
    format!(
        "This product was changed meanwhile: it is now “{title}” for {price}. Save again to replace that with what you see here, or open it in another tab to compare."
    )
}

pub(super) fn you_are_signed_in_as_now(name: impl Display) -> String {
    format!("You are signed in as {name} now. Send it again if it is theirs.")
}

pub(super) fn you_have_products_here(in_all: impl Display) -> String {
    format!(
        "You have {in_all} products here, which is as many as one seller may have. Delete some that are sold."
    )
}

pub(super) fn products_of_the_day_are_used_up(per_day: i64, is_young: bool, hours: i64) -> String {
    let newcomer = if is_young { " on their first day" } else { "" };
    format!(
        "A seller may list {per_day} products a day{newcomer}. There is room for the next one in {}.",
        in_hours(hours)
    )
}

pub(super) fn photos_of_the_day_are_used_up(mb: i64, is_young: bool, hours: i64) -> String {
    let newcomer = if is_young { " on its first day" } else { "" };
    format!(
        "An account may send {mb} MB of photos a day{newcomer}. There is room for this one in {}.",
        in_hours(hours)
    )
}

pub(super) fn photos_in_all_are_used_up(mb: i64) -> String {
    format!(
        "An account may have {mb} MB of photos here, and yours are that much. Remove some that you don't need, or products \
         that are sold."
    )
}

fn in_hours(hours: i64) -> String {
    if hours == 1 { "1 hour".to_owned() } else { format!("{hours} hours") }
}

pub(super) fn the_price_names_another_currency(chosen: impl Display) -> String {
    format!("The price names another currency than {chosen}. Choose the one that you mean.")
}

pub(super) fn the_price_is_too_much(most: impl Display) -> String {
    format!("That is too much: a price may be up to {most}.")
}

pub const SEND_ONE_PICTURE: &str = "Send one picture, JPEG, PNG, WebP or GIF.";
