//! Askama filters for every template: `{% use crate::web::filters %}` isn't needed, a template's
//! module imports this one as `filters`.

use askama::{Result, Values};
use time::{OffsetDateTime, format_description::well_known::Rfc3339, macros::format_description};

use super::house_time::local;

/// For `<time datetime>`: `2026-01-31T10:00:00Z`.
#[askama::filter_fn]
pub fn iso(at: &OffsetDateTime, _: &dyn Values) -> Result<String> {
    let at = at.replace_nanosecond(0).unwrap_or(*at);
    at.format(&Rfc3339).map_err(|error| askama::Error::Custom(error.into()))
}

/// What stands inside `<time>` until the browser makes it local: `31 Jan 2026, 10:00`, in the marketplace's time zone.
#[askama::filter_fn]
pub fn date(at: &OffsetDateTime, _: &dyn Values) -> Result<String> {
    local(*at)
        .format(format_description!("[day padding:none] [month repr:short] [year], [hour]:[minute]"))
        .map_err(|error| askama::Error::Custom(error.into()))
}

/// The same without the clock, where there is little room: `31 Jan 2026`.
#[askama::filter_fn]
pub fn day(at: &OffsetDateTime, _: &dyn Values) -> Result<String> {
    local(*at)
        .format(format_description!("[day padding:none] [month repr:short] [year]"))
        .map_err(|error| askama::Error::Custom(error.into()))
}

/// `January 2026`, in the marketplace's time zone.
#[askama::filter_fn]
pub fn month(at: &OffsetDateTime, _: &dyn Values) -> Result<String> {
    local(*at)
        .format(format_description!("[month repr:long] [year]"))
        .map_err(|error| askama::Error::Custom(error.into()))
}

/// `JS` for Jana Svobodová: the avatar of somebody without a picture.
#[askama::filter_fn]
pub fn initials(name: &str, _: &dyn Values) -> Result<String> {
    let mut letters = name.split_whitespace().filter_map(|word| word.chars().next());
    Ok(letters.next().into_iter().chain(letters.next_back()).flat_map(char::to_uppercase).collect())
}

/// Whether a text is shown folded: nobody writes so many lines in order to be read.
pub fn has_many_lines(text: &str) -> bool {
    text.lines().count() > 60
}

/// `12,480`
#[askama::filter_fn]
pub fn thousands(number: &i64, _: &dyn Values) -> Result<String> {
    let digits = number.unsigned_abs().to_string();
    let mut text = String::from(if *number < 0 { "-" } else { "" });
    for (at, digit) in digits.char_indices() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    Ok(text)
}
