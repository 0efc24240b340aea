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
        // Case 8.
        (",99", 99),
        (".99", 99),
        ("€ ,5", 50),
        ("２５", 2500),
        ("٢٥", 2500),
        ("۲۵٫۵", 2550),
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
        ("25-30", Eur, Malformed),
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
