//! Products as values.

use super::price::Price;

/// Where a product stands, as people are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProductState {
    Available,
    Sold,
    /// Hidden by an admin.
    Hidden,
    /// Deleted by its seller; conversations still speak of it.
    Deleted,
}

impl ProductState {
    pub fn label(self) -> &'static str {
        match self {
            ProductState::Available => "Available",
            ProductState::Sold => "Sold",
            ProductState::Hidden => "Hidden",
            ProductState::Deleted => "No longer available",
        }
    }
}

/// A product in a few words: what a card or a conversation needs of it.
#[derive(Clone, Debug)]
pub struct ProductSummary {
    pub id: i64,
    pub seller_id: i64,
    pub title: String,
    pub price: Price,
    /// The cover photo's key.
    pub cover: Option<String>,
    pub state: ProductState,
}

impl ProductSummary {
    /// Whether everybody can see its page.
    pub fn is_visible(&self) -> bool {
        matches!(self.state, ProductState::Available | ProductState::Sold)
    }
}
