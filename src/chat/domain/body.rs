//! What somebody says: the text of one entry.

use crate::chat::sentences;
use crate::web::form;

/// 1 to 4,000 Unicode scalar values after CRLF → LF and trimming, without NUL, with something to see among them. Empty
/// only under a picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Body(String);

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BodyError {
    #[error("{}", sentences::WRITE_SOMETHING_FIRST)]
    Empty,
    #[error("{}", sentences::A_MESSAGE_CAN_HAVE_AT_MOST_4_000_CHARACTERS)]
    TooLong,
    #[error("{}", sentences::THIS_MESSAGE_HOLDS_A_CHARACTER_THAT_CANT_BE_STORED)]
    Nul,
}

impl Body {
    pub const MAX: usize = 4000;

    /// The words under a picture, which may be none.
    pub fn caption(text: &str) -> Result<Self, BodyError> {
        match Body::parse(text) {
            Err(BodyError::Empty) => Ok(Body(String::new())),
            parsed => parsed,
        }
    }

    pub fn parse(text: &str) -> Result<Self, BodyError> {
        let text = text.replace("\r\n", "\n");
        let text = text.trim();
        if text.contains('\0') {
            return Err(BodyError::Nul);
        }
        match text.chars().count() {
            _ if !form::is_visible(text) => Err(BodyError::Empty),
            count if count > Self::MAX => Err(BodyError::TooLong),
            _ => Ok(Body(text.to_owned())),
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn into_string(self) -> String {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_are_trimmed_counted_in_characters_and_free_of_nul() {
        assert_eq!(Body::parse("  a\r\nb \n").unwrap().as_str(), "a\nb");
        assert_eq!(Body::parse(" \r\n\t "), Err(BodyError::Empty));
        assert_eq!(Body::caption(" \r\n\t ").unwrap().as_str(), "");
        for empty in [
            "\u{200b}",
            "\u{200b}\u{200b}\n\u{200b}",
            "\u{2800}",
            "\u{ad}",
            "\u{feff}",
            "\u{200e}\u{200f}",
            "\x01",
        ] {
            assert_eq!(Body::parse(empty), Err(BodyError::Empty), "case 19: {empty:?}");
        }
        for seen in ["👩\u{200d}👩\u{200d}👧", "می\u{200c}خواهم"] {
            assert_eq!(Body::parse(seen).unwrap().as_str(), seen);
        }
        assert_eq!(Body::caption(&"a".repeat(4001)), Err(BodyError::TooLong));
        assert_eq!(Body::parse("a\0b"), Err(BodyError::Nul));
        assert!(Body::parse(&"🚲".repeat(4000)).is_ok());
        assert_eq!(Body::parse(&"a".repeat(4001)), Err(BodyError::TooLong));
    }
}
