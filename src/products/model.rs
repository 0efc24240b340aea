//! Products as values.

use super::price::Price;

/// Where a product stands, as people are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProductState {
    Available,
    Sold,
    /// Hidden by an admin, or its seller is suspended.
    Hidden,
    /// Deleted by its seller; conversations still speak of it.
    Deleted,
}

impl ProductState {
    /// The state that a row's columns make; what weighs most, wins.
    pub(super) fn of(deleted: bool, hidden: bool, sold: bool) -> Self {
        match (deleted, hidden, sold) {
            (true, _, _) => ProductState::Deleted,
            (_, true, _) => ProductState::Hidden,
            (_, _, true) => ProductState::Sold,
            _ => ProductState::Available,
        }
    }

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
