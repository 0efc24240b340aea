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
    /// Whether an admin has to approve it first.
    pub is_waiting: bool,
}

impl ProductSummary {
    /// Whether everybody can see its page.
    pub fn is_visible(&self) -> bool {
        self.state.is_visible()
    }
}

/// Why a product is hidden although nobody has hidden it: it is a seller's first, and those wait for an admin here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Review {
    Waiting,
    /// With the reason given, which may be empty. Changing the product lets it wait again.
    Refused(String),
}

impl Review {
    /// What a newer version adds waits.
    pub(super) fn from_row(code: Option<&str>, reason: String) -> Option<Self> {
        match code? {
            "refused" => Some(Self::Refused(reason)),
            _ => Some(Self::Waiting),
        }
    }
}

/// Whose a photo is, and whether everybody may see it.
#[derive(Clone, Copy, Debug)]
pub(in crate::products) struct PhotoAccess {
    pub seller_id: i64,
    pub is_public: bool,
}

impl PhotoAccess {
    /// A photo of a product, or of a form that isn't sent yet, which has no state.
    pub fn new(seller_id: i64, state: Option<&str>) -> Self {
        let is_public = state.is_some_and(|state| ProductState::from_code(state).is_visible());
        PhotoAccess { seller_id, is_public }
    }
}
