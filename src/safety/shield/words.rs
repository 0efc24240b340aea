//! Words: other messengers, addresses, and payments that can't be taken back. The lists in `phrases/` are one per meaning, over many languages.

use std::sync::LazyLock;

use unicode_normalization::UnicodeNormalization as _;

/// Lower case, without accents, everything but letters and digits a single space, with one at either end. Letters that
/// stand alone in a row (`w h a t s a p p`) are a word.
pub(super) fn plain(text: &str) -> String {
    let mut words: Vec<String> = Vec::new();
    let mut word = String::new();
    for c in text.to_lowercase().nfkd().filter(|c| !is_silent(*c)).nfc() {
        match c {
            'ß' => word.push_str("ss"),
            'ł' => word.push('l'),
            'ø' => word.push('o'),
            'ı' => word.push('i'),
            c if c.is_alphanumeric() => word.push(c),
            _ if !word.is_empty() => words.push(std::mem::take(&mut word)),
            _ => {}
        }
    }
    words.push(word);
    let mut joined = String::from(" ");
    let mut at = 0;
    while at < words.len() {
        let is_letter = |word: &String| {
            let mut chars = word.chars();
            chars.next().is_some_and(char::is_alphabetic) && chars.next().is_none()
        };
        let letters = words[at..].iter().take_while(|word| is_letter(word)).count();
        let taken = if letters >= 4 { letters } else { 1 };
        joined.extend(words[at..at + taken].iter().map(String::as_str));
        joined.push(' ');
        at += taken;
    }
    joined
}

fn is_silent(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{200b}'..='\u{200f}')
}

/// What stands in a file of `phrases/`, ready to be looked for in a [`plain`] text.
struct Phrases(LazyLock<Vec<String>>);

impl Phrases {
    const fn of(parse: fn() -> Vec<String>) -> Self {
        Phrases(LazyLock::new(parse))
    }

    fn are_in(&self, plain: &str) -> bool {
        self.0.iter().any(|phrase| plain.contains(phrase.as_str()))
    }
}

fn parse(file: &str) -> Vec<String> {
    let lines = file.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let phrase = |line: &str| {
        let (is_anywhere, is_whole) = (line.starts_with('*'), line.ends_with('$'));
        let text = plain(line);
        let (before, after) = (if is_anywhere { "" } else { " " }, if is_whole { " " } else { "" });
        format!("{before}{}{after}", text.trim())
    };
    lines.map(phrase).collect()
}

static MESSENGERS: Phrases = Phrases::of(|| parse(include_str!("phrases/messengers.txt")));
static PRESSURE: Phrases = Phrases::of(|| parse(include_str!("phrases/pressure.txt")));
static PAYMENTS: Phrases = Phrases::of(|| parse(include_str!("phrases/payments.txt")));

pub(super) fn names_messenger(plain: &str) -> bool {
    MESSENGERS.are_in(plain)
}

/// `leads_out`: there is a link, a number, an address or another messenger.
pub(super) fn speaks_of_payment(plain: &str, leads_out: bool) -> bool {
    PRESSURE.are_in(plain) || (leads_out && PAYMENTS.are_in(plain))
}

/// An e-mail address, also with its sign spelt out.
pub(super) fn has_email(text: &str) -> bool {
    let text = text.to_lowercase();
    let text =
        ["(at)", "[at]", " at ", "(a)", "{at}"].iter().fold(text, |text, sign| text.replace(sign, "@"));
    let text = [" (dot) ", " [dot] ", "(dot)", "[dot]", " dot "]
        .iter()
        .fold(text, |text, dot| text.replace(dot, "."));
    let text = text.replace(" @", "@").replace("@ ", "@");
    text.split_whitespace().any(|word| {
        let Some((name, host)) = word.split_once('@') else { return false };
        let host = host.trim_matches(|c: char| !c.is_alphanumeric());
        let has_end = host.rsplit_once('.').is_some_and(|(start, end)| {
            !start.is_empty()
                && (2..=24).contains(&end.len())
                && end.bytes().all(|it| it.is_ascii_alphabetic())
        });
        name.chars().next_back().is_some_and(char::is_alphanumeric) && has_end
    })
}

/// An account to pay into: two letters, two digits, and as much as the shortest has.
pub(super) fn has_iban(text: &str) -> bool {
    let upper: Vec<char> = text.chars().filter(|c| !matches!(c, ' ' | '\u{a0}' | '-')).collect();
    upper.windows(15).any(|it| {
        it[..2].iter().all(char::is_ascii_uppercase)
            && it[2..4].iter().all(char::is_ascii_digit)
            && it[4..].iter().all(|c| c.is_ascii_digit() || c.is_ascii_uppercase())
            && it[4..].iter().filter(|c| c.is_ascii_digit()).count() >= 8
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_however_they_are_written() {
        for text in ["W h a t s a p p me", "WhatsApp?", "what's app", "Écris-moi sur Télégram", "ватсап"]
        {
            assert!(names_messenger(&plain(text)), "{text}");
        }
        for text in ["a messenger bag", "the turn signal works", "an old telegraph"] {
            assert!(!names_messenger(&plain(text)), "{text}");
        }
        assert!(has_email("ana.b@mail.example.com!") && has_email("ana (at) gmail dot com"));
        assert!(!has_email("meet @ 5pm at the station") && !has_email("2 @ 5.00 each"));
        assert!(has_iban("DE89 3704 0044 0532 0130 00") && !has_iban("RTX 3060 TI, model AB1234"));
    }

    #[test]
    fn what_honest_people_say_too_counts_beside_a_way_out() {
        assert!(!speaks_of_payment(&plain("Can I pay by PayPal?"), false));
        assert!(speaks_of_payment(&plain("Can I pay by PayPal?"), true));
        assert!(speaks_of_payment(&plain("I pay with a gift card"), false));
    }
}
