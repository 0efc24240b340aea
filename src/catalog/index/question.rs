//! What somebody types, read: words, "phrases", and what they exclude. Every string of characters means something, and
//! there is a bound on how much.

use super::words::{Word, words};

/// More words than anybody needs; what comes later is left out.
pub const MAX_WORDS: usize = 12;

/// A word, or words in quotes that stand together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    pub words: Vec<Word>,
    /// As it was typed.
    pub raw: String,
    pub is_phrase: bool,
    pub is_excluded: bool,
    /// This one or the one before it will do.
    pub is_alternative: bool,
}

impl Part {
    /// As people read it.
    pub fn text(&self) -> String {
        self.words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ")
    }
}

/// `city bike -red "28 inch"`.
///
/// A quotation mark opens a phrase at the beginning of a word and only if another one closes it: `27" monitor` has none.
/// A dash excludes at the beginning of a word: `rocking-chair` are two words. `lamp OR chair` asks for either.
pub fn parse(text: &str) -> Vec<Part> {
    let text: String =
        text.chars().map(|c| if matches!(c, '“' | '”' | '„' | '«' | '»') { '"' } else { c }).collect();
    let mut parts: Vec<Part> = Vec::new();
    let mut rest = text.as_str();
    let mut left = MAX_WORDS;
    let mut is_alternative = false;
    while left > 0 {
        rest = rest.trim_start();
        if rest.is_empty() {
            break;
        }
        let bare = rest.trim_start_matches('-');
        let is_excluded = bare.len() < rest.len();
        let quoted = bare.strip_prefix('"').and_then(|inside| {
            let end = inside.match_indices('"').find(|(at, _)| ends_word(&inside[at + 1..]))?.0;
            Some((&inside[..end], &inside[end + 1..]))
        });
        let (chunk, after, is_phrase) = match quoted {
            Some((inside, after)) => (inside, after, true),
            None => {
                let end = bare.find(char::is_whitespace).unwrap_or(bare.len());
                (&bare[..end], &bare[end..], false)
            }
        };
        rest = after;
        if !is_phrase && matches!(chunk, "OR" | "|") {
            is_alternative = parts.last().is_some_and(|part| !part.is_excluded);
            continue;
        }
        let found = words(chunk, left);
        left -= found.len();
        if found.is_empty() {
            continue;
        }
        let alternative = std::mem::take(&mut is_alternative) && !is_excluded;
        // `-rocking-chair` excludes what has both, side by side; `rocking-chair` asks for each.
        if is_phrase || is_excluded {
            let is_phrase = found.len() > 1;
            let mark = if is_excluded { "-" } else { "" };
            let raw = if is_phrase { format!("{mark}\"{chunk}\"") } else { format!("{mark}{chunk}") };
            parts.push(Part { words: found, raw, is_phrase, is_excluded, is_alternative: alternative });
        } else if found.len() == 1 {
            parts.push(Part {
                words: found,
                raw: chunk.to_owned(),
                is_phrase,
                is_excluded,
                is_alternative: alternative,
            });
        } else {
            parts.extend(found.into_iter().map(|word| Part {
                raw: word.text.clone(),
                words: vec![word],
                is_phrase,
                is_excluded,
                is_alternative: false,
            }));
        }
    }
    parts
}

fn ends_word(after: &str) -> bool {
    after.chars().next().is_none_or(|c| !c.is_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<String> {
        let show = |part: &Part| {
            let mark = if part.is_excluded {
                "-"
            } else if part.is_alternative {
                "|"
            } else {
                ""
            };
            if part.is_phrase {
                format!("{mark}\"{}\"", part.text())
            } else {
                format!("{mark}{}", part.text())
            }
        };
        parse(text).iter().map(show).collect()
    }

    #[test]
    fn questions_are_read_as_they_are_meant() {
        assert_eq!(read("City bike -red"), ["city", "bike", "-red"]);
        assert_eq!(read("\"city bike\" -\"old lamp\" x"), ["\"city bike\"", "-\"old lamp\"", "x"]);
        assert_eq!(read("27\" monitor"), ["27", "monitor"]);
        assert_eq!(read("27\" monitor \"led\""), ["27", "monitor", "led"]);
        assert_eq!(read("rocking-chair -rocking-chair"), ["rocking", "chair", "-\"rocking chair\""]);
        assert_eq!(read("„old lamp” «a b»"), ["\"old lamp\"", "\"a b\""]);
        assert_eq!(read("lamp OR chair or table | x"), ["lamp", "|chair", "or", "table", "|x"]);
        assert_eq!(read("OR lamp OR -chair"), ["lamp", "-chair"]);
        for nothing in ["", "OR", "| |", " ", "-", "--- -", "\"\"", "\" \"", "\u{0}", "\"-\"-"] {
            assert_eq!(read(nothing), Vec::<String>::new(), "{nothing:?}");
        }
        assert_eq!(read(&"a ".repeat(4_000)).len(), MAX_WORDS);
    }
}
