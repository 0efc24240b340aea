//! Text into words, and a word into the forms it is found by.
//!
//! ```text
//! "500GB Größe"  → words  500gb, grosse                      each at its place, for phrases
//!                → forms  =500gb =500 =gb =groesse ~groß…     joined, split and other spellings (=), stems (~)
//! ```
//!
//! The same functions read products and questions, so that both meet. Words that stand beside each other are also joined
//! (`hard disk` ⇄ `harddisk`), letters are split from digits (`500gb` ⇄ `500 gb`), and Chinese, Japanese and Korean, which
//! put no space between words, are read as pairs of signs.

use frostem::{Algorithm, Stemmer};

use super::fold::{fold, fold_umlauts};

/// Longer ones are cut: nobody types them.
pub const MAX_WORD: usize = 40;

/// A form is marked, so that stems and whole words don't meet by chance.
const SPELLING: char = '=';
const STEM: char = '~';

/// How this marketplace's language shortens words.
#[derive(Clone, Copy, Debug)]
pub struct Language(Algorithm);

impl Language {
    /// Of the country that the marketplace is for.
    pub fn of_country(country: Option<&str>) -> Self {
        Language(match country.unwrap_or_default() {
            "CZ" | "SK" => Algorithm::Czech,
            "DE" | "AT" | "CH" | "LI" => Algorithm::German,
            "FR" | "BE" | "LU" | "MC" => Algorithm::French,
            "ES" | "MX" | "AR" | "CO" | "CL" | "PE" | "UY" | "VE" | "EC" | "BO" | "PY" => Algorithm::Spanish,
            "PT" | "BR" => Algorithm::Portuguese,
            "IT" | "SM" => Algorithm::Italian,
            "NL" => Algorithm::Dutch,
            "PL" => Algorithm::Polish,
            "SE" => Algorithm::Swedish,
            "NO" => Algorithm::Norwegian,
            "DK" => Algorithm::Danish,
            "FI" => Algorithm::Finnish,
            "HU" => Algorithm::Hungarian,
            "RO" | "MD" => Algorithm::Romanian,
            "TR" => Algorithm::Turkish,
            "EE" => Algorithm::Estonian,
            "LT" => Algorithm::Lithuanian,
            "RS" | "ME" | "BA" => Algorithm::Serbian,
            _ => Algorithm::English,
        })
    }

    pub fn name(self) -> &'static str {
        self.0.name()
    }

    /// Of a folded word. What is in another script has its own language.
    pub fn stem(self, word: &str) -> String {
        let algorithm = match word.chars().next() {
            Some('\u{400}'..='\u{4ff}') => Algorithm::Russian,
            Some('\u{370}'..='\u{3ff}') => Algorithm::Greek,
            Some('\u{600}'..='\u{6ff}') => Algorithm::Arabic,
            _ => self.0,
        };
        Stemmer::new(algorithm).stem(word).into_owned()
    }
}

/// A word of a text, as it is written but for case and accents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    pub text: String,
    /// The other spellings of the very same word.
    pub spellings: Vec<String>,
}

fn is_cjk(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}' | '\u{20000}'..='\u{3134f}')
}

/// Apostrophes stand inside of words: `men’s`, `O'Reilly`.
fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '’' | '‘' | 'ʼ' | '`' | '´')
}

/// The words of a text, at most so many.
pub fn words(text: &str, max: usize) -> Vec<Word> {
    let mut words = Vec::new();
    let mut raw = String::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if words.len() >= max {
            break;
        }
        if is_cjk(c) {
            push(&mut words, &mut raw);
            let mut pair = c.to_string();
            pair.extend(chars.peek().filter(|next| is_cjk(**next)));
            words.push(Word { text: fold(&pair), spellings: vec![fold(&c.to_string())] });
        } else if c.is_alphanumeric() || unicode_normalization::char::is_combining_mark(c) {
            raw.push(c);
        } else if is_apostrophe(c) && !raw.is_empty() && chars.peek().is_some_and(|c| c.is_alphanumeric()) {
            // Left out, and the word goes on.
        } else if matches!(c, '+' | '#') && !raw.is_empty() {
            // C++, C#: until the next letter these belong to it.
            raw.push(c);
        } else {
            push(&mut words, &mut raw);
        }
    }
    push(&mut words, &mut raw);
    words.truncate(max);
    words
}

fn push(words: &mut Vec<Word>, raw: &mut String) {
    if raw.is_empty() {
        return;
    }
    let text: String = fold(raw).chars().take(MAX_WORD).collect();
    let mut spellings: Vec<String> = Vec::new();
    let bare = text.trim_end_matches(['+', '#']);
    if bare.len() < text.len() {
        spellings.push(bare.to_owned());
    }
    spellings.extend(fold_umlauts(raw).map(|text| text.chars().take(MAX_WORD).collect()));
    raw.clear();
    if !text.is_empty() {
        words.push(Word { text, spellings });
    }
}

/// `500gb` → `500`, `gb`: where digits meet letters.
pub fn parts(word: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut start = 0;
    let mut before: Option<bool> = None;
    for (at, c) in word.char_indices() {
        let is_digit = c.is_ascii_digit();
        if before.is_some_and(|before| before != is_digit) {
            parts.push(&word[start..at]);
            start = at;
        }
        before = Some(is_digit);
    }
    parts.push(&word[start..]);
    parts
}

/// As a stem stands in the index.
pub fn stem_form(language: Language, word: &str) -> String {
    format!("{STEM}{}", language.stem(word))
}

/// As another spelling, or words joined, stand in the index.
pub fn spelling_form(word: &str) -> String {
    format!("{SPELLING}{word}")
}

/// By what else than its words a text is found.
pub fn forms(words: &[Word], language: Language) -> Vec<String> {
    let mut forms = Vec::with_capacity(words.len() * 3);
    for (at, word) in words.iter().enumerate() {
        forms.push(stem_form(language, &word.text));
        for spelling in &word.spellings {
            forms.push(spelling_form(spelling));
            forms.push(stem_form(language, spelling));
        }
        let parts = parts(&word.text);
        if parts.len() > 1 {
            forms.extend(parts.iter().map(|part| spelling_form(part)));
        }
        if let Some(next) = words.get(at + 1)
            && word.text.len() + next.text.len() <= MAX_WORD
        {
            forms.push(spelling_form(&format!("{}{}", word.text, next.text)));
        }
    }
    forms.sort_unstable();
    forms.dedup();
    forms
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<String> {
        words(text, 100).into_iter().map(|word| word.text).collect()
    }

    #[test]
    fn words_are_what_people_take_for_words() {
        assert_eq!(read("Men’s jacket, size L"), ["mens", "jacket", "size", "l"]);
        assert_eq!(
            read("O'Reilly snake_case AC/DC T-shirt"),
            ["oreilly", "snake", "case", "ac", "dc", "t", "shirt"]
        );
        assert_eq!(read("27\" 50% C++ 'quoted'"), ["27", "50", "c++", "quoted"]);
        assert_eq!(read("自行车 28寸"), ["自行", "行车", "车", "28", "寸"]);
        assert_eq!(read("++ -- \u{0} ' \" \u{301}"), Vec::<String>::new());
        assert_eq!(read(&"x".repeat(5_000))[0].len(), MAX_WORD);
        for many in ["a ", "a自", "自", "-a+ "] {
            assert_eq!(words(&many.repeat(5_000), 64).len(), 64, "{many}");
        }
    }

    #[test]
    fn forms_join_and_split() {
        let english = Language::of_country(None);
        let forms = forms(&words("iPhone 13 500GB bicycles", 100), english);
        for form in ["=iphone13", "=500", "=gb", "~bicycl"] {
            assert!(forms.contains(&form.to_owned()), "{form} in {forms:?}");
        }
        assert_eq!(parts("a1b22"), ["a", "1", "b", "22"]);
    }
}
