//! What whoever runs the place has set about it: on every page, also those of errors.
//!
//! Each node has it in one cell ([`LiveMarketplace`]); `settings` keeps that up to date. A page takes the value once
//! ([`current`](LiveMarketplace::current)) and is made of that one, whatever changes meanwhile.

use std::sync::Arc;

use sha2::{Digest as _, Sha256};
use tokio::sync::watch;

use super::{NativeApps, forgery::PublicOrigin, form};

#[derive(Clone, Debug)]
pub struct Marketplace {
    /// In titles, the logo and the footer.
    pub name: String,
    /// One line about it, in the footer and where a link to it is shown; may be empty.
    pub tagline: String,
    pub contact: Option<Contact>,
    /// The address people type, for absolute links.
    pub origin: PublicOrigin,
    /// Above every page; empty for none.
    pub banner: String,
    pub logo: Option<Logo>,
    /// A style sheet with the marketplace's own colours.
    pub theme: Option<Theme>,
    /// ISO 3166, two letters.
    pub country: Option<String>,
    /// As PostgreSQL and browsers name it: `Europe/Prague`.
    pub time_zone: Option<String>,
    /// ISO 4217: in which prices may be; empty for all.
    pub currencies: Vec<String>,
    /// What prices are in unless somebody says otherwise.
    pub default_currency: Option<String>,
    pub registration: Registration,
    /// Whether a seller's first product waits until an admin has approved it.
    pub reviews_first: bool,
    /// The legal pages that are written.
    pub legal: Vec<LegalLink>,
    /// Apps that belong to it.
    pub apps: Arc<NativeApps>,
    /// Whether an admin has saved the settings at least once.
    pub is_set_up: bool,
}

/// A picture in the photo store, by its addresses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Logo {
    pub key: String,
    pub small: String,
    pub preview: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Theme {
    pub css: Arc<str>,
    /// The colour that stands for the marketplace on light pages, `#0d5c49`.
    pub brand: String,
    /// In the style sheet's address, so that it can be kept for ever.
    pub version: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LegalLink {
    /// In its address.
    pub code: &'static str,
    pub title: &'static str,
    pub version: i32,
    /// Whether people agree to it when they register.
    pub is_agreed_to: bool,
}

impl LegalLink {
    pub fn path(&self) -> String {
        format!("/legal/{}", self.code)
    }
}

/// Who may register.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Registration {
    #[default]
    Open,
    /// Whoever has the link of an invitation.
    Invitation,
    /// Anybody; they wait until an admin has approved them.
    Approval,
}

impl Registration {
    pub const ALL: [Self; 3] = [Self::Open, Self::Invitation, Self::Approval];

    /// As it is stored and sent.
    pub fn code(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Invitation => "invitation",
            Self::Approval => "approval",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.code() == code)
    }
}

impl Default for Marketplace {
    fn default() -> Self {
        Marketplace {
            name: "Haggle".to_owned(),
            tagline: String::new(),
            contact: None,
            origin: PublicOrigin::default(),
            banner: String::new(),
            logo: None,
            theme: None,
            country: None,
            time_zone: None,
            currencies: Vec::new(),
            default_currency: None,
            registration: Registration::Open,
            reviews_first: false,
            legal: Vec::new(),
            apps: Arc::default(),
            is_set_up: false,
        }
    }
}

impl Marketplace {
    pub const MAX_NAME: usize = 40;

    pub fn parse_name(text: &str) -> anyhow::Result<String> {
        form::line(text, Self::MAX_NAME).map_err(anyhow::Error::msg)
    }

    /// What its pages are written in, and where for, as Open Graph has it.
    pub fn locale(&self) -> String {
        match &self.country {
            Some(country) => format!("en_{country}"),
            None => "en".to_owned(),
        }
    }

    /// The address of its own style sheet, if it has one.
    pub fn theme_url(&self) -> Option<String> {
        self.theme.as_ref().map(|theme| format!("/theme.css?v={}", theme.version))
    }

    /// The colour that stands for it.
    pub fn brand(&self) -> &str {
        self.theme.as_ref().map_or("#0d5c49", |theme| &theme.brand)
    }

    /// A file of the app's icon (`app/icons.rs`): another logo or colour has another address.
    pub fn icon_url(&self, file: &str) -> String {
        format!("/icons/{}/{file}", self.icon_version())
    }

    pub fn icon_version(&self) -> String {
        let logo = self.logo.as_ref().map_or("", |logo| &logo.key);
        let hash = Sha256::digest(format!("1 {logo} {}", self.brand()));
        hash.iter().take(6).map(|byte| format!("{byte:02x}")).collect()
    }

    /// The line about it, or ours.
    pub fn line(&self) -> &str {
        if self.tagline.is_empty() { "buyers and sellers, talking directly." } else { &self.tagline }
    }

    /// What people agree to when they register.
    pub fn agreed_to(&self) -> impl Iterator<Item = &LegalLink> {
        self.legal.iter().filter(|page| page.is_agreed_to)
    }
}

/// The one cell of a node that says what the marketplace is like now. Clones share it.
#[derive(Clone, Debug)]
pub struct LiveMarketplace(Arc<watch::Sender<Arc<Marketplace>>>);

impl LiveMarketplace {
    pub fn new(marketplace: Marketplace) -> Self {
        LiveMarketplace(Arc::new(watch::Sender::new(Arc::new(marketplace))))
    }

    pub fn current(&self) -> Arc<Marketplace> {
        self.0.borrow().clone()
    }

    pub fn set(&self, marketplace: Marketplace) {
        self.0.send_replace(Arc::new(marketplace));
    }
}

/// Where people reach whoever runs the place: an e-mail address, or a page (`https://…`).
#[derive(Clone, Debug, PartialEq)]
pub enum Contact {
    Email(String),
    Page(String),
}

impl Contact {
    /// None for what is neither.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let is_page = text.starts_with("https://") || text.starts_with("http://");
        let is_plain =
            !text.contains(|char: char| char.is_whitespace() || char.is_control() || "<>\"".contains(char));
        let is_email = text
            .split_once('@')
            .is_some_and(|(name, host)| !name.is_empty() && host.contains('.') && !host.contains('@'));
        match (is_plain, is_page, is_email) {
            (true, true, _) => Some(Contact::Page(text.to_owned())),
            (true, false, true) => Some(Contact::Email(text.to_owned())),
            _ => None,
        }
    }

    pub fn url(&self) -> String {
        match self {
            Contact::Email(address) => format!("mailto:{address}"),
            Contact::Page(url) => url.clone(),
        }
    }

    /// As people read it.
    pub fn text(&self) -> &str {
        let (Contact::Email(text) | Contact::Page(text)) = self;
        text.trim_start_matches("https://").trim_start_matches("http://").trim_end_matches('/')
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_contact_is_an_address_or_a_page() {
        let read = |text| Contact::parse(text).map(|contact| (contact.url(), contact.text().to_owned()));
        let pair = |url: &str, text: &str| Some((url.to_owned(), text.to_owned()));
        assert_eq!(read(" help@market.example "), pair("mailto:help@market.example", "help@market.example"));
        assert_eq!(
            read("https://market.example/help/"),
            pair("https://market.example/help/", "market.example/help")
        );
        for nothing in [
            "",
            "help",
            "@market.example",
            "a@b",
            "a b@c.example",
            "javascript:alert(1)//@a.b\"",
            "https://a b",
        ] {
            assert_eq!(read(nothing), None, "{nothing}");
        }
    }
}
