//! What somebody looks for: words that must all be in a message, in any order.
//!
//! A word of three letters and more may be a part of a longer one. A shorter one must stand alone ("no"
//! isn't meant to find "now"), but for the scripts that write without spaces, where it can't.

use crate::chat::{
    search::fold::{fold, folded},
    store::search_query::TextQuery,
};

/// Longer questions are cut off here, in characters.
pub const LONGEST: usize = 200;
/// From here up are Thai, Chinese, Japanese and others that don't put spaces between words.
const UNSPACED: char = '\u{e00}';
/// Signs that aren't meant where they stand around a word.
const SURROUNDING_PUNCTUATION: &[char] =
    &['.', ',', ';', ':', '!', '?', '(', ')', '[', ']', '"', '\'', '“', '”', '„', '‘', '’', '«', '»', '…'];

/// At least one word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terms {
    /// Those that must stand alone.
    words: Vec<String>,
    parts: Vec<String>,
}

impl Terms {
    /// Nothing if nothing is asked.
    pub fn parse(question: &str) -> Option<Terms> {
        let cut: String = question.chars().take(LONGEST).collect();
        let mut terms = Terms { words: Vec::new(), parts: Vec::new() };
        for term in fold(&cut).split_whitespace() {
            let bare = term.trim_matches(SURROUNDING_PUNCTUATION);
            // Who asks for nothing but signs means them.
            let term = if bare.is_empty() { term } else { bare };
            let alone = term.chars().count() < 3 && term.chars().all(|c| c.is_alphanumeric() && c < UNSPACED);
            let list = if alone { &mut terms.words } else { &mut terms.parts };
            if !list.iter().any(|known| known == term) {
                list.push(term.to_owned());
            }
        }
        (!terms.words.is_empty() || !terms.parts.is_empty()).then_some(terms)
    }

    /// As SQL takes them.
    pub fn query(&self) -> TextQuery {
        TextQuery { words: self.words(), most_selective: self.most_selective(), patterns: self.patterns() }
    }

    /// The words that must stand alone, for `plainto_tsquery`; empty if there are none.
    fn words(&self) -> String {
        self.words.join(" ")
    }

    /// A pattern of `LIKE` for each part.
    fn patterns(&self) -> Vec<String> {
        self.parts.iter().map(|part| pattern(part)).collect()
    }

    /// The pattern that the index narrows most: the longest that has a trigram.
    fn most_selective(&self) -> Option<String> {
        let has_trigram =
            |part: &&String| part.split(|c: char| !c.is_alphanumeric()).any(|run| run.chars().count() >= 3);
        self.parts
            .iter()
            .filter(has_trigram)
            .max_by_key(|part| part.chars().count())
            .map(|part| pattern(part))
    }

    /// Where the terms stand in a text: places in bytes, ascending, touching ones as one. Empty unless
    /// all are there.
    pub fn find(&self, text: &str) -> Vec<(usize, usize)> {
        let chars: Vec<(char, usize)> = folded(text).collect();
        // One character of the text may have become several: a hit ends where the next one of the text begins.
        let after =
            |last: usize| chars[last..].iter().map(|(_, place)| *place).find(|place| *place > chars[last].1);
        let mut found = Vec::new();
        for (term, alone) in self.all() {
            let before = found.len();
            let mut at = 0;
            while let Some(place) = stands_at(&chars, &term, alone, at) {
                at = place + term.len();
                found.push((chars[place].1, after(at - 1).unwrap_or(text.len())));
            }
            if found.len() == before {
                return Vec::new();
            }
        }
        found.sort_unstable();
        found.into_iter().fold(Vec::new(), |mut spans: Vec<(usize, usize)>, (from, to)| {
            match spans.last_mut() {
                Some(last) if from <= last.1 => last.1 = last.1.max(to),
                _ => spans.push((from, to)),
            }
            spans
        })
    }

    fn all(&self) -> impl Iterator<Item = (Vec<char>, bool)> {
        let words = self.words.iter().map(|word| (word.chars().collect(), true));
        words.chain(self.parts.iter().map(|part| (part.chars().collect(), false)))
    }
}

/// The first place from `from` on.
fn stands_at(chars: &[(char, usize)], term: &[char], alone: bool, from: usize) -> Option<usize> {
    let is_letter = |at: usize| chars.get(at).is_some_and(|(c, _)| c.is_alphanumeric());
    (from..=chars.len().checked_sub(term.len())?).find(|&at| {
        term.iter().zip(&chars[at..]).all(|(wanted, (c, _))| wanted == c)
            && !(alone && (at > 0 && is_letter(at - 1) || is_letter(at + term.len())))
    })
}

fn pattern(part: &str) -> String {
    format!("%{}%", part.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn terms(question: &str) -> (String, Vec<String>) {
        let terms = Terms::parse(question).unwrap();
        (terms.words(), terms.patterns())
    }

    #[test]
    fn short_words_stand_alone_and_longer_ones_may_be_parts() {
        assert_eq!(terms("Is it a bike?"), ("is it a".to_owned(), vec!["%bike%".to_owned()]));
        assert_eq!(terms("東京"), (String::new(), vec!["%東京%".to_owned()]));
        assert_eq!(terms("bike BIKE, “bike”").1, ["%bike%"]);
        assert_eq!(terms("50% a_b c:\\x ?!").1, ["%50\\%%", "%a\\_b%", "%c:\\\\x%", "%?!%"]);
        for nothing in ["", "  \n\t", "\0"] {
            assert_eq!(Terms::parse(nothing), None);
        }
    }

    #[test]
    fn the_index_is_asked_for_what_has_trigrams() {
        let narrowest = |question| Terms::parse(question).unwrap().most_selective();
        assert_eq!(narrowest("red bicycle 50%-"), Some("%bicycle%".to_owned()));
        assert_eq!(narrowest("ok 東京 🚲🚲🚲 a-b-c"), None);
    }

    #[test]
    fn terms_are_found_where_they_stand() {
        let find = |question, text: &'static str| {
            let spans = Terms::parse(question).unwrap().find(text);
            spans.into_iter().map(|(from, to)| &text[from..to]).collect::<Vec<_>>()
        };
        assert_eq!(find("bik", "A Bike and a motorBIKE"), ["Bik", "BIK"]);
        assert_eq!(find("no", "now? No! no."), ["No", "no"]);
        assert_eq!(find("strasse gyor", "Győr, Hauptstraße 5"), ["Győr", "straße"]);
        assert_eq!(find("lamp bike", "only a lamp"), [""; 0]);
        assert_eq!(find("bike ike", "bike"), ["bike"]);
    }

    proptest! {
        #[test]
        fn no_question_breaks_on_any_text(question in "\\PC{0,20}", text in "\\PC{0,60}") {
            if let Some(terms) = Terms::parse(&question) {
                for (from, to) in terms.find(&text) {
                    prop_assert!(from < to && text.is_char_boundary(from) && text.is_char_boundary(to));
                }
            }
        }
    }
}
