//! Telephone numbers, told apart from prices, sizes, dates, article numbers, and books' and parcels' numbers.

/// Digits of a number that can be called, as E.164 has them.
const SHORTEST: usize = 9;
const LONGEST: usize = 15;
/// A number that is this short is one only where it is said to be.
const LOCAL: usize = 7;

/// Before or after a number, these say what it is.
const CALLS: &[&str] = &[
    "call",
    "text",
    "sms",
    "phone",
    "tel",
    "telefon",
    "telefono",
    "telephone",
    "mobile",
    "mobil",
    "cell",
    "number",
    "nummer",
    "numero",
    "numer",
    "ring",
    "whatsapp",
    "anrufen",
    "ruf",
    "appelle",
    "appelez",
    "llama",
    "llamame",
    "chiama",
    "chiamami",
    "liga",
    "ligue",
    "zadzwon",
    "dzwonic",
    "bel",
    "звони",
    "звоните",
    "позвоните",
    "тел",
    "номер",
    "телефон",
    "дзвоніть",
    "ara",
    "arayin",
    "numaram",
];
/// And these that it is something else.
const OTHERWISE: &[&str] = &[
    "isbn",
    "imei",
    "ean",
    "serial",
    "serien",
    "seriennummer",
    "model",
    "modell",
    "article",
    "artikel",
    "artikelnummer",
    "art",
    "ref",
    "reference",
    "sku",
    "order",
    "bestellnummer",
    "vin",
    "part",
    "teilenummer",
    "oem",
    "euro",
    "eur",
    "usd",
    "gbp",
    "huf",
    "czk",
    "zl",
    "pln",
    "kr",
    "sek",
    "rub",
    "руб",
    "грн",
    "tl",
    "rupiah",
    "idr",
    "vnd",
    "dong",
    "km",
    "miles",
];

/// `plain`: the same text as `words::plain` has it.
pub(super) fn has_number(text: &str, plain: &str) -> bool {
    runs(text).iter().any(|run| run.is_number()) || spelt(plain) >= LOCAL
}

/// Digits with what may stand between them, and what stands around them.
struct Run {
    digits: String,
    groups: Vec<usize>,
    has_plus: bool,
    /// A point or comma between groups, as in prices.
    has_point: bool,
    has_currency: bool,
    before: String,
    after: String,
}

impl Run {
    fn is_number(&self) -> bool {
        let count = self.digits.len();
        let is_said = |words: &[&str], near: &str| near.split(' ').any(|word| words.contains(&word));
        if !(LOCAL..=LONGEST).contains(&count)
            || self.has_currency
            || is_said(OTHERWISE, &self.before)
            || is_said(OTHERWISE, self.after.split(' ').next().unwrap_or_default())
        {
            return false;
        }
        if self.has_plus || self.digits.starts_with("00") {
            return count > LOCAL;
        }
        if is_said(CALLS, &self.before) || is_said(CALLS, &self.after) {
            return !self.is_date();
        }
        // A price ends in zeros, in groups of three; a book's and a parcel's number is longer or in one piece.
        let is_price =
            self.digits.ends_with("000") || (self.has_point && self.groups[1..].iter().all(|it| *it == 3));
        let is_code =
            self.digits.len() >= 13 || self.digits.starts_with("978") || self.digits.starts_with("979");
        count >= SHORTEST && !is_price && !is_code && (self.starts_like_one() || self.is_grouped_like_one())
    }

    fn starts_like_one(&self) -> bool {
        self.digits.starts_with('0') && !self.digits.starts_with("000")
    }

    /// Three digits, three, four; or nine or ten in one piece or by twos and threes, beginning as mobile numbers do.
    fn is_grouped_like_one(&self) -> bool {
        let is_american = self.digits.len() == 10 && self.groups == [3, 3, 4];
        let first = self.digits.as_bytes()[0];
        let is_mobile = matches!(self.digits.len(), 9 | 10) && matches!(first, b'5'..=b'9');
        is_american || (self.digits.len() == 10 && self.groups == [10]) || is_mobile
    }

    fn is_date(&self) -> bool {
        self.digits.len() == 8 && (self.digits.starts_with("20") || self.digits.starts_with("19"))
    }
}

/// All runs of digits with single spaces, dashes, points, slashes and brackets between them.
fn runs(text: &str) -> Vec<Run> {
    let chars: Vec<char> = text.chars().map(ascii_digit).collect();
    let mut runs = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        if !chars[at].is_ascii_digit() {
            at += 1;
            continue;
        }
        let start = at;
        let (mut digits, mut groups, mut has_point) = (String::new(), vec![0], false);
        let mut end = at;
        while at < chars.len() {
            let c = chars[at];
            if c.is_ascii_digit() {
                digits.push(c);
                if let Some(group) = groups.last_mut() {
                    *group += 1;
                }
                end = at + 1;
            } else if matches!(
                c,
                ' ' | '-' | '.' | ',' | '/' | '(' | ')' | '\u{a0}' | '\u{202f}' | '–' | '\''
            ) && at - end < 3
            {
                if groups.last() != Some(&0) {
                    groups.push(0);
                }
                has_point |=
                    matches!(c, '.' | ',' | '\'') && chars.get(at + 1).is_some_and(char::is_ascii_digit);
            } else {
                break;
            }
            at += 1;
        }
        groups.retain(|group| *group > 0);
        if is_in_code(&chars[..start], &chars[end..]) {
            continue;
        }
        let before: String = chars[start.saturating_sub(24)..start].iter().collect();
        let after: String = chars[end..(end + 16).min(chars.len())].iter().collect();
        let is_currency = |c: char| "€$£¥₽₴₺zł₹₩₫".contains(c);
        let has_currency =
            before.trim_end().ends_with(is_currency) || after.trim_start().starts_with(is_currency);
        runs.push(Run {
            digits,
            groups,
            has_plus: before.trim_end().ends_with(['+', '＋']) || before.trim_end().ends_with("+("),
            has_point,
            has_currency,
            before: super::words::plain(&before).trim().to_owned(),
            after: super::words::plain(&after).trim().to_owned(),
        });
    }
    runs
}

/// Whether digits are a part of a code as programs make them, like a UUID: a letter follows at once, or a few letters
/// come at once before them, and digits or a hyphen before these.
fn is_in_code(before: &[char], after: &[char]) -> bool {
    let before = before.strip_suffix(&['-']).unwrap_or(before);
    let letters = before.iter().rev().take_while(|c| c.is_ascii_alphabetic()).count();
    let rest = before.len() - letters;
    let is_tail =
        (1..=4).contains(&letters) && before[..rest].last().is_some_and(|c| c.is_ascii_digit() || *c == '-');
    is_tail || after.first().is_some_and(char::is_ascii_alphabetic)
}

/// Digits of other scripts, letters that stand for some, and circled ones.
fn ascii_digit(c: char) -> char {
    match c {
        '０'..='９' => char::from_u32(u32::from(c) - u32::from('０') + u32::from('0')).unwrap_or(c),
        '٠'..='٩' => char::from_u32(u32::from(c) - u32::from('٠') + u32::from('0')).unwrap_or(c),
        '①'..='⑨' => char::from_u32(u32::from(c) - u32::from('①') + u32::from('1')).unwrap_or(c),
        c => c,
    }
}

/// The longest row of digits written as words, or one by one.
fn spelt(plain: &str) -> usize {
    const WORDS: &[&str] = &[
        "zero", "oh", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "double",
        "null", "eins", "zwei", "drei", "vier", "funf", "sechs", "sieben", "acht", "neun", "un", "deux",
        "trois", "quatre", "cinq", "sept", "huit", "neuf", "cero", "uno", "dos", "tres", "cuatro", "cinco",
        "seis", "siete", "ocho", "nueve",
    ];
    let (mut longest, mut row) = (0, 0);
    for word in plain.split(' ').filter(|word| !word.is_empty()) {
        row = match WORDS.contains(&word) || (word.len() == 1 && word.bytes().all(|it| it.is_ascii_digit())) {
            true => row + 1,
            false => 0,
        };
        longest = longest.max(row);
    }
    longest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_to_call_are_found_and_other_numbers_are_not() {
        let is_found = |text: &str| has_number(text, &super::super::words::plain(text));
        for text in [
            "call me +44 7911 123456",
            "0171 2345678",
            "(555) 123-4567",
            "555.123.4567",
            "text 91 23 45 67",
            "600 123 456",
            "my number is zero seven nine one one two three four five six",
            "0 6 1 2 3 4 5 6 7 8",
            "０６１２３４５６７８",
            "0049-171-2345678",
            "tel: 8 (912) 345-67-89",
        ] {
            assert!(is_found(text), "{text}");
        }
        for text in [
            "05259277-369d-4407-8f7b-7484b076e329",
            "86ed8c3b-1293-4aea-9284-62517a3536341",
            "Message aeab-748412345678",
            "Would you take 1 250 000?",
            "€1.250.000,00",
            "25 000 000 VND",
            "120 000 000 is too much",
            "ISBN 978-3-16-148410-0",
            "EAN 4006381333931",
            "IKEA 702.345.67",
            "120 x 60 x 75 cm",
            "from 2019-03-04 to 2021-05-06",
            "RTX 3060, 12 GB, bought 12.04.2023",
            "mileage 187 500 km",
            "article number 123456789",
            "I can come 18:00-20:00 or 10:00-12:00 tomorrow",
        ] {
            assert!(!is_found(text), "{text}");
        }
    }
}
