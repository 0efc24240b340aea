//! Which pages there are, and what one of their versions is.

use time::OffsetDateTime;

use crate::web::form;

/// Characters of a page's Markdown.
pub const MAX_TEXT: usize = 60_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LegalPage {
    Imprint,
    Privacy,
    Terms,
    Rules,
}

impl LegalPage {
    pub const ALL: [Self; 4] = [Self::Imprint, Self::Privacy, Self::Terms, Self::Rules];

    /// In addresses, and as it is stored.
    pub fn code(self) -> &'static str {
        match self {
            Self::Imprint => "imprint",
            Self::Privacy => "privacy",
            Self::Terms => "terms",
            Self::Rules => "rules",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|page| page.code() == code)
    }

    pub fn title(self) -> &'static str {
        match self {
            Self::Imprint => "Imprint",
            Self::Privacy => "Privacy",
            Self::Terms => "Terms",
            Self::Rules => "Rules",
        }
    }

    /// Whether people agree to it when they register.
    pub fn is_agreed_to(self) -> bool {
        matches!(self, Self::Terms | Self::Rules)
    }
}

/// One version of a page.
#[derive(Clone, Debug)]
pub struct LegalText {
    pub version: i32,
    pub text: String,
    pub published_at: OffsetDateTime,
}

/// As it is typed.
pub fn parse_text(typed: &str) -> Result<String, String> {
    form::lines(typed, MAX_TEXT)
}
