//! Confusable skeletons: two texts that look alike have the same one.
//!
//! As UTS 39 means it, for the letters that imitations are made of: Greek and Cyrillic twins of Latin ones, digits for
//! letters, I for l, rn for m.

use unicode_normalization::UnicodeNormalization as _;

/// What a name looks like: letters that can't be told apart are one letter.
pub fn skeleton(text: &str) -> String {
    let letters = text.nfkd().map(|c| capital_twin(c).unwrap_or(c)).flat_map(char::to_lowercase);
    let letters = letters.filter(|c| c.is_alphanumeric()).map(|c| match latin_twin(c).unwrap_or(c) {
        '0' => 'o',
        '1' | 'i' | 'j' => 'l',
        '3' => 'e',
        '5' => 's',
        c => c,
    });
    let text: String = letters.collect();
    text.replace("rn", "m").replace("vv", "w")
}

/// The Latin letter that a Greek or Cyrillic one looks like.
pub fn latin_twin(c: char) -> Option<char> {
    Some(match c {
        'а' | 'α' => 'a',
        'в' => 'b',
        'с' | 'ϲ' => 'c',
        'ԁ' => 'd',
        'е' | 'ё' | 'ε' => 'e',
        'ɡ' => 'g',
        'һ' | 'н' => 'h',
        'і' | 'ι' | 'ї' => 'i',
        'ј' => 'j',
        'к' | 'κ' => 'k',
        'ӏ' => 'l',
        'м' => 'm',
        'ո' | 'η' => 'n',
        'о' | 'ο' | 'օ' => 'o',
        'р' | 'ρ' => 'p',
        'ԛ' => 'q',
        'ѕ' => 's',
        'т' | 'τ' => 't',
        'υ' | 'ս' => 'u',
        'ν' => 'v',
        'ԝ' | 'ω' => 'w',
        'х' | 'χ' => 'x',
        'у' | 'ү' => 'y',
        _ => return None,
    })
}

/// Of the Greek and Cyrillic capitals whose small letters look like another one, or like none.
fn capital_twin(c: char) -> Option<char> {
    Some(match c {
        'Β' => 'b',
        'Ζ' => 'z',
        'Η' => 'h',
        'Μ' => 'm',
        'Ν' => 'n',
        'Υ' => 'y',
        'Ѕ' => 's',
        'Ԍ' => 'g',
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_alike_has_one_skeleton() {
        for (imitation, of) in [
            ("HaggIe", "Haggle"),
            ("hagg1e", "Haggle"),
            ("Ηаggle", "Haggle"),
            ("Αdmin", "Admin"),
            ("adrnin", "admin"),
            ("ＡＤＭＩＮ", "admin"),
            ("Μarket", "Market"),
        ] {
            assert_eq!(skeleton(imitation), skeleton(of), "{imitation}");
        }
        assert_ne!(skeleton("Hagel"), skeleton("Haggle"));
    }
}
