//! What something costs, and what people type for it.

use std::fmt;

use super::currency::{Currency, Mark};

/// An amount of money: never negative, at most [`Price::MAX_MINOR`], never through a float.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Price {
    minor: i64,
    currency: Currency,
}

/// Why a text isn't a price, in words for the person who typed it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PriceError {
    #[error("Enter a price. 0 means that it is free.")]
    Missing,
    #[error("That isn't a price. Write it like 25, 25.95 or 1 250.")]
    Malformed,
    #[error("A price can't be below zero.")]
    Negative,
    #[error("The price names another currency than {0}. Choose the one that you mean.")]
    OtherCurrency(Currency),
    #[error("{}", decimals(.0))]
    TooManyDecimals(Currency),
    #[error("That is too much: a price may be up to {0}.")]
    TooMuch(Price),
}

/// A stored row has a price that can't be: no currency at all, or out of bounds.
#[derive(Debug, thiserror::Error)]
#[error("stored price {minor} {currency} is out of bounds")]
pub struct BadRow {
    minor: i64,
    currency: String,
}

impl From<BadRow> for sqlx::Error {
    fn from(row: BadRow) -> Self {
        Self::Decode(row.into())
    }
}

impl Price {
    /// The highest price in the smallest unit, whatever the currency; the table checks it as well.
    pub const MAX_MINOR: i64 = 1_000_000_000_000;

    /// A price of so many of the currency's smallest unit.
    pub fn new(minor: i64, currency: Currency) -> Option<Self> {
        (0..=Self::MAX_MINOR).contains(&minor).then_some(Self { minor, currency })
    }

    /// The price in a row's two columns.
    pub fn from_row(minor: i64, code: &str) -> Result<Self, BadRow> {
        Currency::from_stored(code)
            .and_then(|currency| Self::new(minor, currency))
            .ok_or_else(|| BadRow { minor, currency: code.to_owned() })
    }

    pub fn minor(self) -> i64 {
        self.minor
    }

    pub fn currency(&self) -> &Currency {
        &self.currency
    }

    /// Reads what people type: `25`, `25,95`, `1 250`, `1,250.00`, `1.250,00`, `1'250.50`, `€25`,
    /// `25 EUR`, `25,-`.
    ///
    /// With two kinds of separator, the last is the decimal one. A lone point or comma is, too,
    /// unless exactly three digits follow it: then it separates thousands, so `1.250` is 1250. In a
    /// currency with three decimals (`KWD`) even that is a decimal point.
    pub fn parse(text: &str, currency: Currency) -> Result<Self, PriceError> {
        let text: String = text.trim().chars().map(plain).collect();
        if text.is_empty() {
            return Err(PriceError::Missing);
        }
        let number = without_marks(&text, currency)?;
        let (whole, fraction) = split_fraction(number, currency.exponent());
        let mut digits = ungroup(whole, currency)?;
        if !is_digits(fraction.unwrap_or("0")) {
            return Err(PriceError::Malformed);
        }
        let fraction = fraction.unwrap_or("");
        let places = currency.exponent() as usize;
        if fraction.len() > places {
            return Err(PriceError::TooManyDecimals(currency));
        }
        digits.push_str(&format!("{fraction:0<places$}"));
        // Nothing but digits is left, so what can't be read is too long.
        digits
            .parse()
            .ok()
            .and_then(|minor| Self::new(minor, currency))
            .ok_or(PriceError::TooMuch(Self { minor: Self::MAX_MINOR, currency }))
    }

    /// The text for a form's field, which reads back as the same price.
    pub fn to_input(self) -> String {
        let (whole, fraction) = self.parts();
        match self.currency.exponent() as usize {
            places if fraction > 0 => format!("{whole}.{fraction:0places$}"),
            _ => whole.to_string(),
        }
    }

    fn parts(self) -> (i64, i64) {
        let unit = 10_i64.pow(self.currency.exponent());
        (self.minor / unit, self.minor % unit)
    }
}

/// As people read it: `€1,250`, `€25.95`, `1,250 Kč`, `Free`.
impl fmt::Display for Price {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.minor == 0 {
            return f.write_str("Free");
        }
        if let Mark::Before(mark) = self.currency.mark() {
            f.write_str(mark)?;
        }
        let (whole, fraction) = self.parts();
        let digits = whole.to_string();
        for (at, digit) in digits.char_indices() {
            if at > 0 && (digits.len() - at).is_multiple_of(3) {
                f.write_str(",")?;
            }
            write!(f, "{digit}")?;
        }
        if fraction > 0 {
            let places = self.currency.exponent() as usize;
            write!(f, ".{fraction:0places$}")?;
        }
        if let Mark::After(mark) = self.currency.mark() {
            write!(f, "\u{a0}{mark}")?;
        }
        Ok(())
    }
}

/// One kind of space, apostrophe and dash for all that there are.
fn plain(c: char) -> char {
    match c {
        '’' | '‘' | 'ʼ' | '´' | '`' => '\'',
        '–' | '—' | '−' | '‐' | '‑' | '‒' => '-',
        space if space.is_whitespace() => ' ',
        other => other,
    }
}

/// What lies between the first and the last digit, after a look at what is around it.
fn without_marks(text: &str, currency: Currency) -> Result<&str, PriceError> {
    let digit = |c: char| c.is_ascii_digit();
    let (Some(first), Some(last)) = (text.find(digit), text.rfind(digit)) else {
        return Err(PriceError::Malformed);
    };
    let before = text[..first].trim_end();
    if before.ends_with('-') {
        return Err(PriceError::Negative);
    }
    check_mark(before, currency)?;
    let mut after = &text[last + 1..];
    // `25,-` is a way of writing 25.
    if let Some(dashes) = after.strip_prefix([',', '.'])
        && dashes.starts_with('-')
    {
        after = dashes.trim_start_matches('-');
    }
    check_mark(after.trim(), currency)?;
    Ok(&text[first..=last])
}

fn check_mark(mark: &str, currency: Currency) -> Result<(), PriceError> {
    let mark = mark.to_lowercase();
    let is_for = |currency: &Currency| {
        mark.eq_ignore_ascii_case(currency.code()) || currency.written().contains(&mark.as_str())
    };
    if mark.is_empty() || is_for(&currency) {
        Ok(())
    } else if Currency::ALL.iter().any(is_for) {
        Err(PriceError::OtherCurrency(currency))
    } else {
        Err(PriceError::Malformed)
    }
}

/// Cuts at the decimal separator, if there is one. What comes out is still to be checked.
fn split_fraction(number: &str, places: u32) -> (&str, Option<&str>) {
    let Some(at) = number.rfind(['.', ',']) else {
        return (number, None);
    };
    let (whole, fraction) = (&number[..at], &number[at + 1..]);
    let again = whole.contains(&number[at..=at]);
    let lone = is_digits(whole);
    let thousands = lone && fraction.len() == 3 && places != 3 && whole.len() <= 3 && !whole.starts_with('0');
    if again || thousands { (number, None) } else { (whole, Some(fraction)) }
}

/// The digits without what separates the thousands, which has to be where it belongs.
fn ungroup(whole: &str, currency: Currency) -> Result<String, PriceError> {
    let Some(separator) = whole.chars().find(|c| !c.is_ascii_digit()) else {
        return Ok(whole.to_owned());
    };
    let groups: Vec<&str> = whole.split(separator).collect();
    let right = [' ', '\'', '.', ','].contains(&separator)
        && groups.iter().all(|group| is_digits(group))
        && (by_thousands(&groups) || currency == Currency::Inr && by_lakhs(&groups));
    if right { Ok(groups.concat()) } else { Err(PriceError::Malformed) }
}

fn by_thousands(groups: &[&str]) -> bool {
    groups[0].len() <= 3 && groups[1..].iter().all(|group| group.len() == 3)
}

/// `1,25,000` is how it is written in India.
fn by_lakhs(groups: &[&str]) -> bool {
    match groups {
        [first, middle @ .., last] => {
            first.len() <= 2 && middle.iter().all(|group| group.len() == 2) && last.len() == 3
        }
        _ => false,
    }
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

fn decimals(currency: &Currency) -> String {
    match currency.exponent() {
        0 => format!("Prices in {currency} have no decimals."),
        places => format!("Prices in {currency} have at most {places} decimals."),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Currency::*;
    use super::*;

    fn minor(text: &str, currency: Currency) -> Result<i64, PriceError> {
        Price::parse(text, currency).map(Price::minor)
    }

    #[test]
    fn what_people_type_is_understood() {
        for (text, expected) in [
            ("25", 2500),
            ("0", 0),
            ("25,95", 2595),
            ("25.95", 2595),
            ("25.9", 2590),
            ("0,50", 50),
            (" 25 ", 2500),
            ("1 250", 125_000),
            ("1\u{a0}250", 125_000),
            ("1\u{202f}250,50", 125_050),
            ("1\u{2009}250", 125_000),
            ("1.250", 125_000),
            ("1,250", 125_000),
            ("1,250.00", 125_000),
            ("1.250,00", 125_000),
            ("1'250.50", 125_050),
            ("1’250", 125_000),
            ("1.250.000", 125_000_000),
            ("1,250,000.5", 125_000_050),
            ("12 345 678,90", 1_234_567_890),
            ("€25", 2500),
            ("25 €", 2500),
            ("25€", 2500),
            ("EUR 25", 2500),
            ("25 eur", 2500),
            ("€ 1.250,00", 125_000),
            ("25,-", 2500),
            ("25.–", 2500),
            ("25,-- €", 2500),
            ("10,000,000,000.00", 1_000_000_000_000),
        ] {
            assert_eq!(minor(text, Eur), Ok(expected), "{text}");
        }
    }

    #[test]
    fn currencies_differ() {
        for (text, currency, expected) in [
            ("1.250", Kwd, 1_250),
            ("1,5", Kwd, 1_500),
            ("1,250.005", Kwd, 1_250_005),
            ("1.250.000", Kwd, 1_250_000_000),
            ("1 250", Kwd, 1_250_000),
            ("1,25,000", Inr, 12_500_000),
            ("₹1,25,000.50", Inr, 12_500_050),
            ("12,50,00,000", Inr, 12_500_000_000),
            ("¥1,250", Jpy, 1_250),
            ("1.250", Jpy, 1_250),
            ("250 kr", Sek, 25_000),
            ("250 kr.", Dkk, 25_000),
            ("1 250,-Kč", Czk, 125_000),
            ("R$ 1.250,00", Brl, 125_000),
            ("$25", Cad, 2_500),
            ("1250 zł", Pln, 125_000),
        ] {
            assert_eq!(minor(text, currency), Ok(expected), "{text}");
        }
    }

    #[test]
    fn what_could_mean_two_things_or_nothing_is_refused() {
        use PriceError::*;
        for (text, currency, expected) in [
            ("", Eur, Missing),
            (" \u{a0}", Eur, Missing),
            ("1,2,3", Eur, Malformed),
            ("12.34.56", Eur, Malformed),
            ("1,25,000", Eur, Malformed),
            ("1,25,000.0.0", Inr, Malformed),
            ("1,250.000,00", Eur, Malformed),
            ("1 250'000", Eur, Malformed),
            ("1 25", Eur, Malformed),
            ("1e5", Eur, Malformed),
            ("0x10", Eur, Malformed),
            ("abc", Eur, Malformed),
            ("25 or so", Eur, Malformed),
            ("25.", Eur, Malformed),
            (".50", Eur, Malformed),
            ("25-30", Eur, Malformed),
            ("٢٥", Eur, Malformed),
            ("-5", Eur, Negative),
            ("−5", Eur, Negative),
            ("€ -5", Eur, Negative),
            ("$25", Eur, OtherCurrency(Eur)),
            ("25 kr", Eur, OtherCurrency(Eur)),
            ("25.9555", Usd, TooManyDecimals(Usd)),
            ("0.250", Eur, TooManyDecimals(Eur)),
            ("1 250,000", Eur, TooManyDecimals(Eur)),
            ("1234.567", Eur, TooManyDecimals(Eur)),
            ("25.50", Jpy, TooManyDecimals(Jpy)),
            ("1.2500", Kwd, TooManyDecimals(Kwd)),
        ] {
            assert_eq!(minor(text, currency), Err(expected), "{text}");
        }
        let most = Price::new(Price::MAX_MINOR, Eur).expect("a price");
        for text in ["10,000,000,000.01", "99999999999999999999999999"] {
            assert_eq!(minor(text, Eur), Err(TooMuch(most)), "{text}");
        }
    }

    #[test]
    fn refusals_are_sentences() {
        let refused = |text, currency| minor(text, currency).expect_err("refused").to_string();
        assert_eq!(refused("1.5", Jpy), "Prices in JPY have no decimals.");
        assert_eq!(refused("1.5555", Eur), "Prices in EUR have at most 2 decimals.");
        assert_eq!(refused("99999999999", Eur), "That is too much: a price may be up to €10,000,000,000.");
    }

    #[test]
    fn prices_are_shown_as_people_read_them() {
        for (minor, currency, expected) in [
            (0, Eur, "Free"),
            (125_000, Eur, "€1,250"),
            (2_595, Eur, "€25.95"),
            (5, Usd, "$0.05"),
            (125_000_000, Czk, "1,250,000\u{a0}Kč"),
            (1_250, Jpy, "¥1,250"),
            (1_005, Kwd, "1.005\u{a0}KWD"),
            (99_900, Brl, "R$999"),
        ] {
            let price = Price::new(minor, currency).expect("a price");
            assert_eq!(price.to_string(), expected);
        }
    }

    #[test]
    fn an_unknown_currency_is_shown_as_itself_and_nonsense_is_an_error() {
        assert!(Price::from_row(2500, "EUR").is_ok());
        assert!(Price::from_row(-1, "EUR").is_err());
        assert_eq!(Price::from_row(2500, "XXX").unwrap().to_string(), "25\u{a0}XXX");
        assert!(Price::from_row(2500, "?").is_err());
    }

    fn any_currency() -> impl Strategy<Value = Currency> {
        prop::sample::select(Currency::ALL.to_vec())
    }

    proptest! {
        #[test]
        fn what_a_form_shows_reads_back(minor in 0..=Price::MAX_MINOR, currency in any_currency()) {
            let price = Price::new(minor, currency).expect("in bounds");
            prop_assert_eq!(Price::parse(&price.to_input(), currency), Ok(price));
        }

        #[test]
        fn what_a_page_shows_reads_back(minor in 1..=Price::MAX_MINOR, currency in any_currency()) {
            // Where three decimals are usual, 1,250 reads as 1.250.
            prop_assume!(currency != Currency::Kwd);
            let price = Price::new(minor, currency).expect("in bounds");
            prop_assert_eq!(Price::parse(&price.to_string(), currency), Ok(price));
        }

        #[test]
        fn no_text_does_harm(text in ".{0,40}", currency in any_currency()) {
            let _ = Price::parse(&text, currency);
        }

        #[test]
        fn no_number_does_harm(text in "[-0-9 .,'€]{0,20}", currency in any_currency()) {
            if let Ok(price) = Price::parse(&text, currency) {
                prop_assert_eq!(Price::parse(&price.to_input(), currency), Ok(price));
            }
        }
    }
}
