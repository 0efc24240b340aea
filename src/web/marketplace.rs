//! What whoever runs the place has set about it: on every page, also those of errors.

use super::{forgery::PublicOrigin, form};

#[derive(Clone, Debug)]
pub struct Marketplace {
    /// In titles, the logo and the footer.
    pub name: String,
    pub contact: Option<Contact>,
    /// The address people type, for absolute links.
    pub origin: PublicOrigin,
}

impl Default for Marketplace {
    fn default() -> Self {
        Marketplace { name: "Haggle".to_owned(), contact: None, origin: PublicOrigin::default() }
    }
}

impl Marketplace {
    const MAX_NAME: usize = 40;

    pub fn parse_name(text: &str) -> anyhow::Result<String> {
        form::line(text, Self::MAX_NAME).map_err(anyhow::Error::msg)
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
