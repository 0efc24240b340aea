//! Slugs: a product's address says what it is, `/products/12-old-bike` (permalink with a readable tail).
//!
//! The number alone says which product it is, and answers for ever; what stands behind it is made of the title, and so
//! changes with it. An address with other words leads to the right one. Where a title has nothing that ASCII can spell,
//! the address is the number.

use serde::Deserialize;
use unicode_normalization::UnicodeNormalization as _;

/// As much of a title as an address holds.
const MAX_LENGTH: usize = 60;

/// The last part of a product's address as somebody wrote it: its number, and perhaps words.
#[derive(Debug, Deserialize)]
#[serde(try_from = "String")]
pub struct ProductLink {
    pub id: i64,
    text: String,
}

#[derive(Debug, thiserror::Error)]
#[error("no product's address")]
pub struct ParseLinkError;

impl TryFrom<String> for ProductLink {
    type Error = ParseLinkError;

    fn try_from(text: String) -> Result<Self, ParseLinkError> {
        let number = text.split_once('-').map_or(&*text, |(number, _)| number);
        let is_number = number.bytes().all(|byte| byte.is_ascii_digit());
        match number.parse() {
            Ok(id) if is_number => Ok(ProductLink { id, text }),
            _ => Err(ParseLinkError),
        }
    }
}

impl ProductLink {
    /// Whether it can stay as it is: the number alone, or with the words of this title.
    pub fn is_right_for(&self, title: &str) -> bool {
        !self.text.contains('-') || self.text == segment(self.id, title)
    }
}

/// A product's own address on this site.
pub fn path(id: i64, title: &str) -> String {
    format!("/products/{}", segment(id, title))
}

fn segment(id: i64, title: &str) -> String {
    match slug(title, MAX_LENGTH) {
        slug if slug.is_empty() => id.to_string(),
        slug => format!("{id}-{slug}"),
    }
}

/// `Tools & garden` → `tools-and-garden`: whole words, at most so many characters of them; one that is longer is cut.
/// Letters that are no variant of an ASCII one are left out.
pub(super) fn slug(text: &str, max: usize) -> String {
    let spelt: String = text.nfkd().flat_map(char::to_lowercase).fold(String::new(), |mut spelt, c| {
        match c {
            '&' => spelt.push_str(" and "),
            // What belongs into the middle of a word, or onto a letter.
            '\'' | '’' => {}
            c if unicode_normalization::char::is_combining_mark(c) => {}
            c => match spelling(c) {
                Some(letters) => spelt.push_str(letters),
                None => spelt.push(c),
            },
        }
        spelt
    });
    let mut slug = String::new();
    for word in spelt.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()) {
        if slug.is_empty() {
            slug.push_str(&word[..word.len().min(max)]);
        } else if slug.len() + 1 + word.len() <= max {
            slug.push('-');
            slug.push_str(word);
        } else {
            break;
        }
    }
    slug
}

/// Latin letters that don't come apart into an ASCII one and a mark.
fn spelling(c: char) -> Option<&'static str> {
    Some(match c {
        'ß' => "ss",
        'æ' => "ae",
        'œ' => "oe",
        'ø' => "o",
        'ł' => "l",
        'đ' | 'ð' => "d",
        'þ' => "th",
        'ħ' => "h",
        'ı' => "i",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link(text: &str) -> Option<ProductLink> {
        ProductLink::try_from(text.to_owned()).ok()
    }

    #[test]
    fn slugs_are_made_of_words() {
        for (title, expected) in [
            ("Old bike", "old-bike"),
            ("Tools & garden", "tools-and-garden"),
            ("  Kids (0–3) ", "kids-0-3"),
            ("Kids' book, as new!", "kids-book-as-new"),
            ("Škoda Fabia – červená", "skoda-fabia-cervena"),
            ("Straßenrad Ærø, łódź İstanbul", "strassenrad-aero-lodz-istanbul"),
            ("½ ﬁne ①", "1-2-fine-1"),
            ("自転車 26", "26"),
            ("自転車", ""),
            ("<script>\"../", "script"),
            ("", ""),
        ] {
            assert_eq!(slug(title, MAX_LENGTH), expected, "{title}");
        }
    }

    #[test]
    fn a_slug_ends_with_a_whole_word() {
        let long = slug(&"word ".repeat(24), MAX_LENGTH);
        assert_eq!((long.len(), long.ends_with("-word")), (59, true));
        assert_eq!(slug(&"x".repeat(120), MAX_LENGTH).len(), MAX_LENGTH);
        assert_eq!(slug(&format!("a {}", "x".repeat(60)), MAX_LENGTH), "a");
    }

    #[test]
    fn an_address_begins_with_the_number() {
        for (text, id) in [("12", 12), ("12-old-bike", 12), ("12-", 12), ("012", 12), ("12-%00", 12)] {
            assert_eq!(link(text).map(|link| link.id), Some(id), "{text}");
        }
        for nothing in ["", "-", "-1", "+1", "x", "1x", "1_a", "1 ", "1;DROP", "99999999999999999999-a", "١"]
        {
            assert!(link(nothing).is_none(), "{nothing}");
        }
    }

    #[test]
    fn the_number_alone_and_the_titles_own_words_stay() {
        let is_right = |text, title| link(text).is_some_and(|link| link.is_right_for(title));
        assert!(is_right("12", "Old bike") && is_right("12-old-bike", "Old bike") && is_right("12", "本"));
        for wrong in ["12-", "12-new-bike", "12-Old-bike", "12-old-bike-", "012-old-bike"] {
            assert!(!is_right(wrong, "Old bike"), "{wrong}");
        }
        assert!(!is_right("12-", "本"));
        assert_eq!(
            (path(12, "Old bike"), path(12, "本")),
            ("/products/12-old-bike".into(), "/products/12".into())
        );
    }
}
