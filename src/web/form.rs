//! Validation errors by field, and the parsers that all forms share.

use crate::web::sentences;
use std::collections::BTreeMap;

/// One sentence per refused field, by the field's name. The empty name is the form as a whole.
#[derive(Clone, Debug, Default)]
pub struct FieldErrors(BTreeMap<&'static str, String>);

impl FieldErrors {
    /// The sentence at `field`, or an empty text.
    pub fn get(&self, field: &str) -> &str {
        self.0.get(field).map_or("", String::as_str)
    }

    pub fn add(&mut self, field: &'static str, sentence: impl Into<String>) {
        self.0.entry(field).or_insert_with(|| sentence.into());
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.0.iter().map(|(field, sentence)| (*field, &**sentence))
    }

    /// Takes a parsed field's value, or records why there is none.
    pub fn check<T, E: std::fmt::Display>(&mut self, field: &'static str, parsed: Result<T, E>) -> Option<T> {
        parsed.map_err(|sentence| self.add(field, sentence.to_string())).ok()
    }
}

/// One line of text as people type it: trimmed, without control characters, 1 to `max` characters. What overrides the
/// direction of the text around it is taken out; the page isolates the rest (`<bdi>`).
pub fn line(text: &str, max: usize) -> Result<String, String> {
    let text = optional_line(text, max)?;
    if text.is_empty() { Err(sentences::PLEASE_FILL_THIS_IN.to_owned()) } else { Ok(text) }
}

/// Like [`line`], but may be empty.
pub fn optional_line(text: &str, max: usize) -> Result<String, String> {
    let text = without_overrides(text).split_whitespace().collect::<Vec<_>>().join(" ");
    let only_invisible = !text.is_empty() && !is_visible(&text);
    if only_invisible || text.chars().any(char::is_control) {
        return Err(sentences::PLEASE_USE_LETTERS.to_owned());
    }
    at_most(text, max)
}

/// What somebody looks for, as one plain line of at most `max` characters; whatever isn't text
/// counts as a space. Nothing to refuse: too much of it finds nothing.
pub fn search(text: &str, max: usize) -> String {
    let plain: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(max).collect();
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Without the characters that turn the direction of all that follows, and without byte order marks.
fn without_overrides(text: &str) -> String {
    text.chars().filter(|c| !matches!(c, '\u{202d}' | '\u{202e}' | '\u{feff}')).collect()
}

/// Whether there is anything to see in it: letters, digits, signs, pictures.
pub fn is_visible(text: &str) -> bool {
    text.chars().any(|c| !c.is_whitespace() && !c.is_control() && !is_invisible(c))
}

/// Like [`lines`], but must not be empty.
pub fn required_lines(text: &str, max: usize) -> Result<String, String> {
    let text = lines(text, max)?;
    if text.is_empty() { Err(sentences::PLEASE_FILL_THIS_IN.to_owned()) } else { Ok(text) }
}

/// Characters that show nothing by themselves: format characters, joiners, fillers, blanks.
pub fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e0fff}')
}

/// Several lines: CRLF → LF, trimmed, without NUL, at most `max` characters; empty if there is nothing to see.
pub fn lines(text: &str, max: usize) -> Result<String, String> {
    let text = without_overrides(&text.replace("\r\n", "\n")).trim().to_owned();
    if text.contains('\0') {
        return Err(sentences::THIS_TEXT_HOLDS_A_CHARACTER_THAT_CANT_BE_STORED.to_owned());
    }
    if !is_visible(&text) {
        return Ok(String::new());
    }
    at_most(text, max)
}

fn at_most(text: String, max: usize) -> Result<String, String> {
    let length = text.chars().count();
    if length > max {
        return Err(sentences::please_use_at_most_characters(max, length));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Cases 12 and 19.
    #[test]
    fn words_that_nobody_sees_are_none_and_directions_are_not_overridden() {
        for empty in ["\u{2800}\u{2800}", "\u{200b}", "\u{ad}", "\u{200e}\u{200f}", "\u{3164}"] {
            assert!(line(empty, 80).is_err(), "{empty:?}");
            assert_eq!(lines(empty, 80), Ok(String::new()), "{empty:?}");
        }
        for (typed, kept) in [
            ("a \u{202e}b\u{202c} c", "a b\u{202c} c"),
            ("a \u{202b}b\u{202c}", "a \u{202b}b\u{202c}"),
            ("\u{2067}b\u{2069}", "\u{2067}b\u{2069}"),
            ("\u{feff}a", "a"),
            ("👩\u{200d}👩\u{200d}👧", "👩\u{200d}👩\u{200d}👧"),
            ("می\u{200c}خواهم", "می\u{200c}خواهم"),
        ] {
            assert_eq!(line(typed, 80).as_deref(), Ok(kept), "{typed:?}");
        }
    }
}
