//! Products as values.

use super::{lifecycle::ProductState, price::Price};

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
        self.state.is_visible()
    }
}
