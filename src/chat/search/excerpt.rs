//! About two lines of a message, around what was looked for.

use crate::chat::search::{fold::composed, terms::Terms};

/// How much stands before the first hit, and how much there is in all, in characters.
const BEFORE: usize = 40;
const LENGTH: usize = 160;
/// How far a cut moves to stand between words.
const WORD: usize = 16;

/// A part of an excerpt. It is plain text: the template escapes it.
#[derive(Debug, PartialEq, Eq)]
pub struct ExcerptPart {
    pub text: String,
    pub is_hit: bool,
}

pub fn excerpt(body: &str, terms: &Terms) -> Vec<ExcerptPart> {
    let text = composed(body);
    let spans = terms.find(&text);
    let places: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
    let first = spans.first().map_or(0, |(from, _)| places.partition_point(|at| at < from));
    let (start, end) = window(&text, &places, first);

    let mut parts = Vec::new();
    let mut push = |text: &str, is_hit| {
        if !text.is_empty() {
            parts.push(ExcerptPart { text: text.to_owned(), is_hit });
        }
    };
    if start > 0 {
        push("…", false);
    }
    let mut at = start;
    for (from, to) in spans.into_iter().filter(|(from, to)| *to > start && *from < end) {
        push(&text[at..from.max(start)], false);
        push(&text[from.max(start)..to.min(end)], true);
        at = to.min(end);
    }
    push(&text[at..end], false);
    if end < text.len() {
        push("…", false);
    }
    parts
}

/// From where to where, in bytes.
fn window(text: &str, places: &[usize], first: usize) -> (usize, usize) {
    let is_space = |at: &usize| text[places[*at]..].starts_with(char::is_whitespace);
    let mut start = first.saturating_sub(BEFORE);
    if start > 0 {
        start = (start..first.min(start + WORD)).find(is_space).map_or(start, |space| space + 1);
    }
    let mut end = start + LENGTH;
    if end >= places.len() {
        return (places.get(start).copied().unwrap_or(0), text.len());
    }
    end = (end - WORD..end).rev().find(is_space).unwrap_or(end);
    (places[start], places[end])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shown(question: &str, body: &str) -> String {
        let parts = excerpt(body, &Terms::parse(question).unwrap());
        parts.iter().map(|p| if p.is_hit { format!("[{}]", p.text) } else { p.text.clone() }).collect()
    }

    #[test]
    fn hits_are_marked() {
        assert_eq!(shown("bik", "The Bike, or two bikes?"), "The [Bik]e, or two [bik]es?");
        assert_eq!(shown("<b>", "a <b>bold</b> word"), "a [<b>]bold</b> word");
        assert_eq!(shown("cafe", "cafe\u{301}!"), "[café]!");
    }

    #[test]
    fn a_long_message_is_cut_around_the_first_hit() {
        let body = format!("{}the bicycle {}", "before ".repeat(100), "after ".repeat(100));
        let text = shown("bicycle", &body);
        assert!(text.starts_with("…before") && text.ends_with("after…"), "{text}");
        assert!(text.contains("the [bicycle] after"), "{text}");
        assert!((100..=LENGTH + 4).contains(&text.chars().count()), "{text}");
        assert_eq!(shown("x", &"x".repeat(4000)).chars().count(), LENGTH + 1);
    }

    proptest! {
        #[test]
        fn any_body_has_an_excerpt(question in "\\PC{1,8}", body in "\\PC{0,400}") {
            if let Some(terms) = Terms::parse(&question) {
                let text: String = excerpt(&body, &terms).iter().map(|part| &*part.text).collect();
                prop_assert!(text.chars().count() <= LENGTH + 2);
            }
        }
    }
}
