//! Validation errors by field, and the parsers that all forms share.

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

    /// Takes a parsed field's value, or records why there is none.
    pub fn check<T, E: std::fmt::Display>(&mut self, field: &'static str, parsed: Result<T, E>) -> Option<T> {
        parsed.map_err(|sentence| self.add(field, sentence.to_string())).ok()
    }
}

/// One line of text as people type it: trimmed, without control characters, 1 to `max` characters.
pub fn line(text: &str, max: usize) -> Result<String, String> {
    let text = optional_line(text, max)?;
    if text.is_empty() { Err("Please fill this in.".to_owned()) } else { Ok(text) }
}

/// Like [`line`], but may be empty.
pub fn optional_line(text: &str, max: usize) -> Result<String, String> {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let only_invisible = !text.is_empty() && text.chars().all(|c| c.is_whitespace() || is_invisible(c));
    if only_invisible || text.chars().any(|c| c.is_control() || turns_direction(c)) {
        return Err("Please use letters, digits and punctuation only.".to_owned());
    }
    at_most(text, max)
}

/// What somebody looks for, as one plain line of at most `max` characters; whatever isn't text
/// counts as a space. Nothing to refuse: too much of it finds nothing.
pub fn search(text: &str, max: usize) -> String {
    let plain: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(max).collect();
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Bidirectional controls, which would reorder the text around them.
fn turns_direction(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// Characters that show nothing by themselves.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}')
}

/// Several lines: CRLF → LF, trimmed, without NUL, at most `max` characters; may be empty.
pub fn lines(text: &str, max: usize) -> Result<String, String> {
    let text = text.replace("\r\n", "\n").trim().to_owned();
    if text.contains('\0') {
        return Err("This text holds a character that can't be stored.".to_owned());
    }
    at_most(text, max)
}

fn at_most(text: String, max: usize) -> Result<String, String> {
    let length = text.chars().count();
    if length > max {
        return Err(format!("Please use at most {max} characters; these are {length}."));
    }
    Ok(text)
}
