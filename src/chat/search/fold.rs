//! Text as search compares it: without case, accents and line breaks.
//!
//! The same function makes what is stored to be searched, what is looked for, and finds the words to mark
//! on the page: the three can't disagree, whatever locale the database has. Whoever changes it adds a
//! migration that empties `message_search`, which then fills again by itself.

use unicode_normalization::UnicodeNormalization as _;

pub fn fold(text: &str) -> String {
    folded(&composed(text)).map(|(c, _)| c).collect()
}

/// Letters and the accents that follow them as one character each, where there is one.
pub fn composed(text: &str) -> String {
    text.nfc().collect()
}

/// The characters to compare, each with the place in `text` of the one it was made of.
pub fn folded(text: &str) -> impl Iterator<Item = (char, usize)> {
    text.char_indices().flat_map(|(at, c)| fold_char(c).into_iter().map(move |c| (c, at)))
}

fn fold_char(c: char) -> Vec<char> {
    match c {
        'a'..='z' | '0'..='9' => vec![c],
        c if c.is_control() || c.is_whitespace() => vec![' '],
        c => std::iter::once(c).nfkd().filter(|c| !is_silent(*c)).nfc().flat_map(base).collect(),
    }
}

/// Accents of Latin, Greek and Cyrillic; what only chooses how a character is drawn.
fn is_silent(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{ad}' | '\u{200b}'..='\u{200d}' | '\u{fe00}'..='\u{fe0f}')
}

/// Lower case, and the letters that Unicode doesn't take apart.
fn base(c: char) -> Vec<char> {
    let plain = |c: char| match c {
        'ß' => vec!['s', 's'],
        'æ' => vec!['a', 'e'],
        'œ' => vec!['o', 'e'],
        'ø' => vec!['o'],
        'ł' => vec!['l'],
        'đ' => vec!['d'],
        'ı' => vec!['i'],
        'ς' => vec!['σ'],
        c => vec![c],
    };
    c.to_lowercase().flat_map(plain).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_accents_and_ways_to_write_the_same_do_not_matter() {
        for (text, wanted) in [
            ("Győr, STRASSE and Straße", "gyor, strasse and strasse"),
            ("cafe\u{301}\nCAFÉ\0!", "cafe cafe !"),
            ("Ёлка ΟΔΟΣ İstanbul", "елка οδοσ istanbul"),
            ("ＡＢＣ ｶ", "abc カ"),
            ("が한국어 हिन्दी ไทย", "が한국어 हिन्दी ไทย"),
            ("❤️ 🚲", "❤ 🚲"),
        ] {
            assert_eq!(fold(text), wanted);
            assert_eq!(fold(wanted), wanted, "folding again changes nothing");
        }
        assert_eq!(fold("か\u{3099}"), fold("が"));
    }

    #[test]
    fn every_character_knows_where_it_came_from() {
        let places: Vec<_> = folded("aÆb").collect();
        assert_eq!(places, [('a', 0), ('a', 1), ('e', 1), ('b', 3)]);
    }
}
