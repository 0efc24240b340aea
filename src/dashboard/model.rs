//! What a seller can ask their list of products for.

use serde::Deserialize;

/// Which of their products a seller wants to see.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum ProductFilter {
    ForSale,
    Sold,
    Hidden,
    #[default]
    #[serde(other)]
    All,
}

impl ProductFilter {
    pub const CHOICES: [(Self, &'static str); 4] = [
        (Self::All, "All products"),
        (Self::ForSale, "For sale"),
        (Self::Sold, "Sold"),
        (Self::Hidden, "Hidden"),
    ];

    /// In addresses and in SQL.
    pub fn code(self) -> &'static str {
        match self {
            Self::All => "",
            Self::ForSale => "for_sale",
            Self::Sold => "sold",
            Self::Hidden => "hidden",
        }
    }
}
