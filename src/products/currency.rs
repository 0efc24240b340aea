use std::fmt;

use crate::products::sentences;
use crate::web::Marketplace;

/// The currencies that prices can be in. They are stored and sent as their ISO 4217 code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Currency {
    Eur,
    Gbp,
    Usd,
    Pln,
    Czk,
    Huf,
    Ron,
    Bgn,
    Sek,
    Nok,
    Dkk,
    Chf,
    Uah,
    Try,
    Inr,
    Brl,
    Cad,
    Aud,
    Jpy,
    Krw,
    Kwd,
    /// Stored by a version that knows more currencies, or knew: shown as its code, with two decimals, and
    /// offered nowhere.
    Other(Code),
}

/// Three letters of ISO 4217.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Code([u8; 3]);

/// Where the mark goes when a price is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SymbolPosition<'a> {
    /// €25
    Before(&'a str),
    /// 25 Kč
    After(&'a str),
}

/// Which currencies prices may be in here.
#[derive(Clone, Debug)]
pub struct Currencies {
    /// At least one.
    offered: Vec<Currency>,
    /// What whoever runs the place has said is usual.
    usual: Option<Currency>,
}

impl Currencies {
    pub fn of(marketplace: &Marketplace) -> Self {
        let is_offered =
            |currency: &&Currency| marketplace.currencies.iter().any(|code| code == currency.code());
        let mut offered: Vec<Currency> = Currency::ALL.iter().filter(is_offered).copied().collect();
        if offered.is_empty() {
            offered = Currency::ALL.to_vec();
        }
        let usual = marketplace.default_currency.as_deref().and_then(Currency::from_code);
        Currencies { usual: usual.filter(|usual| offered.contains(usual)), offered }
    }

    /// Where there is but one.
    pub fn only(&self) -> Option<Currency> {
        match self.offered[..] {
            [only] => Some(only),
            _ => None,
        }
    }

    /// What prices are in when nobody says, if that doesn't depend on what is for sale.
    pub fn usual(&self) -> Option<Currency> {
        self.usual.or_else(|| self.only())
    }

    /// What prices are in here when nobody says; `newest`: what most of the newest products are in.
    pub fn usual_or(&self, newest: Option<Currency>) -> Currency {
        self.usual().unwrap_or_else(|| self.nearest(newest))
    }

    /// This one if prices may be in it, or else the first in which they may.
    pub fn nearest(&self, currency: Option<Currency>) -> Currency {
        currency
            .filter(|it| self.offered.contains(it))
            .or_else(|| self.offered.first().copied())
            .unwrap_or(Currency::Eur)
    }

    /// To choose from, value and label; a product keeps the one that it has.
    pub fn options(&self, now: &str) -> Vec<(&'static str, &'static str)> {
        let offered = |currency: &&Currency| self.offered.contains(currency) || currency.code() == now;
        Currency::ALL.iter().filter(offered).map(|currency| (currency.code(), currency.code())).collect()
    }

    /// Whether a new product's price may be in it.
    pub fn check(&self, code: &str) -> Result<(), String> {
        if self.offered.iter().any(|currency| currency.code() == code) || Currency::from_code(code).is_none()
        {
            return Ok(());
        }
        let codes: Vec<&str> = self.offered.iter().map(Currency::code).collect();
        Err(sentences::prices_here_are_in(codes.join(", ")))
    }
}

impl Currency {
    /// All of them, in the order in which forms offer them.
    pub const ALL: &'static [Self] = &[
        Self::Eur,
        Self::Gbp,
        Self::Usd,
        Self::Pln,
        Self::Czk,
        Self::Huf,
        Self::Ron,
        Self::Bgn,
        Self::Sek,
        Self::Nok,
        Self::Dkk,
        Self::Chf,
        Self::Uah,
        Self::Try,
        Self::Inr,
        Self::Brl,
        Self::Cad,
        Self::Aud,
        Self::Jpy,
        Self::Krw,
        Self::Kwd,
    ];

    /// The codes of all of them.
    pub fn codes() -> impl Iterator<Item = &'static str> {
        Self::ALL.iter().map(Self::code)
    }

    /// Its ISO 4217 code: `EUR`.
    pub fn code(&self) -> &str {
        self.properties().0
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.iter().find(|currency| currency.code() == code).copied()
    }

    /// What a row's column says: also one that this version doesn't know. None for what is no code at all.
    pub fn from_stored(code: &str) -> Option<Self> {
        let other = || {
            let letters: [u8; 3] = code.as_bytes().try_into().ok()?;
            letters.iter().all(u8::is_ascii_uppercase).then_some(Self::Other(Code(letters)))
        };
        Self::from_code(code).or_else(other)
    }

    pub fn is_known(&self) -> bool {
        !matches!(self, Self::Other(_))
    }

    /// How many digits its smallest unit has behind the point: 2 for cents.
    pub fn exponent(&self) -> u32 {
        self.properties().1
    }

    pub(super) fn mark(&self) -> SymbolPosition<'_> {
        self.properties().2
    }

    /// What people write for it beside the code, in lower case; some write the same for several.
    pub(super) fn symbols(&self) -> &'static [&'static str] {
        self.properties().3
    }

    /// Code, exponent, mark, what people write.
    ///
    /// The marks that several share (kr, $) are spelt out when a price is shown.
    fn properties(&self) -> (&str, u32, SymbolPosition<'_>, &'static [&'static str]) {
        use SymbolPosition::{After, Before};
        match self {
            Self::Eur => ("EUR", 2, Before("€"), &["€", "euro"]),
            Self::Gbp => ("GBP", 2, Before("£"), &["£"]),
            Self::Usd => ("USD", 2, Before("$"), &["$", "us$"]),
            Self::Pln => ("PLN", 2, After("zł"), &["zł", "zl"]),
            Self::Czk => ("CZK", 2, After("Kč"), &["kč", "kc"]),
            Self::Huf => ("HUF", 2, After("Ft"), &["ft"]),
            Self::Ron => ("RON", 2, After("lei"), &["lei"]),
            Self::Bgn => ("BGN", 2, After("лв"), &["лв.", "лв", "lv"]),
            Self::Sek => ("SEK", 2, After("SEK"), &["kr.", "kr"]),
            Self::Nok => ("NOK", 2, After("NOK"), &["kr.", "kr"]),
            Self::Dkk => ("DKK", 2, After("DKK"), &["kr.", "kr"]),
            Self::Chf => ("CHF", 2, After("CHF"), &["sfr.", "fr."]),
            Self::Uah => ("UAH", 2, Before("₴"), &["₴", "грн"]),
            Self::Try => ("TRY", 2, Before("₺"), &["₺", "tl"]),
            Self::Inr => ("INR", 2, Before("₹"), &["₹", "rs.", "rs"]),
            Self::Brl => ("BRL", 2, Before("R$"), &["r$"]),
            Self::Cad => ("CAD", 2, Before("CA$"), &["ca$", "c$", "$"]),
            Self::Aud => ("AUD", 2, Before("A$"), &["au$", "a$", "$"]),
            Self::Jpy => ("JPY", 0, Before("¥"), &["¥", "￥", "円"]),
            Self::Krw => ("KRW", 0, Before("₩"), &["₩", "원"]),
            Self::Kwd => ("KWD", 3, After("KWD"), &["kd"]),
            Self::Other(Code(letters)) => {
                let code = std::str::from_utf8(letters).unwrap_or_default();
                (code, 2, After(code), &[])
            }
        }
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}
