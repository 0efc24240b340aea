//! What something costs, and what people type for it.

#[cfg(test)]
mod tests;

use std::fmt;

use super::currency::{Currency, SymbolPosition};
use crate::products::sentences;

/// An amount of money: never negative, at most [`Price::MAX_MINOR`], never through a float.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Price {
    minor: i64,
    currency: Currency,
}

/// Why a text isn't a price, in words for the person who typed it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PriceError {
    #[error("{}", sentences::ENTER_A_PRICE)]
    Missing,
    #[error("{}", sentences::THAT_ISNT_A_PRICE)]
    Malformed,
    #[error("{}", sentences::A_PRICE_CANT_BE_BELOW_ZERO)]
    Negative,
    #[error("{}", sentences::the_price_names_another_currency(.0))]
    OtherCurrency(Currency),
    #[error("{}", decimals(.0))]
    TooManyDecimals(Currency),
    #[error("{}", sentences::the_price_is_too_much(.0))]
    TooMuch(Price),
}

impl PriceError {
    /// What programs tell them apart by; it never changes.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Missing => "price_missing",
            Self::Malformed => "price_malformed",
            Self::Negative => "price_negative",
            Self::OtherCurrency(_) => "price_other_currency",
            Self::TooManyDecimals(_) => "price_too_many_decimals",
            Self::TooMuch(_) => "price_too_much",
        }
    }
}

/// A stored row has a price that can't be: no currency at all, or out of bounds.
#[derive(Debug, thiserror::Error)]
#[error("stored price {minor} {currency} is out of bounds")]
pub struct StoredPriceError {
    minor: i64,
    currency: String,
}

impl From<StoredPriceError> for sqlx::Error {
    fn from(row: StoredPriceError) -> Self {
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
    pub fn from_row(minor: i64, code: &str) -> Result<Self, StoredPriceError> {
        Currency::from_stored(code)
            .and_then(|currency| Self::new(minor, currency))
            .ok_or_else(|| StoredPriceError { minor, currency: code.to_owned() })
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

    /// For programs, with all decimals of its currency: `25.50`, `0.00`, `1250`.
    pub fn to_decimal(self) -> String {
        let (whole, fraction) = self.parts();
        match self.currency.exponent() as usize {
            0 => whole.to_string(),
            places => format!("{whole}.{fraction:0places$}"),
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
        if let SymbolPosition::Before(mark) = self.currency.mark() {
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
        if let SymbolPosition::After(mark) = self.currency.mark() {
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
        '٫' | '．' => '.',
        '٬' | '，' => ',',
        space if space.is_whitespace() => ' ',
        other => ascii_digit(other).unwrap_or(other),
    }
}

/// Digits as they are written full width, in Arabic, Persian, Devanagari and Bengali.
fn ascii_digit(c: char) -> Option<char> {
    let zero =
        ['０', '٠', '۰', '०', '০'].into_iter().find(|&zero| (zero..).take(10).any(|digit| digit == c))?;
    char::from_digit(u32::from(c) - u32::from(zero), 10)
}

/// What lies between the first and the last digit, after a look at what is around it.
fn without_marks(text: &str, currency: Currency) -> Result<&str, PriceError> {
    let digit = |c: char| c.is_ascii_digit();
    let (Some(first), Some(last)) = (text.find(digit), text.rfind(digit)) else {
        return Err(PriceError::Malformed);
    };
    // `,99` begins with its decimal separator.
    let begins_with_fraction = text[..first].ends_with(['.', ',']) && is_digits(&text[first..=last]);
    let first = if begins_with_fraction { first - 1 } else { first };
    let before = text[..first].trim_end();
    if before.ends_with('-') {
        return Err(PriceError::Negative);
    }
    check_symbol(before, currency)?;
    let mut after = &text[last + 1..];
    // `25,-` is a way of writing 25.
    if let Some(dashes) = after.strip_prefix([',', '.'])
        && dashes.starts_with('-')
    {
        after = dashes.trim_start_matches('-');
    }
    check_symbol(after.trim(), currency)?;
    Ok(&text[first..=last])
}

fn check_symbol(mark: &str, currency: Currency) -> Result<(), PriceError> {
    let mark = mark.to_lowercase();
    let is_for = |currency: &Currency| {
        mark.eq_ignore_ascii_case(currency.code()) || currency.symbols().contains(&mark.as_str())
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
    if whole.is_empty() {
        return ("0", Some(fraction));
    }
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
        0 => sentences::prices_in_have_no_decimals(currency),
        places => sentences::prices_in_have_at_most_decimals(currency, places),
    }
}
