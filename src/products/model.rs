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

/// Who may see a photo.
#[derive(Clone, Copy, Debug)]
pub(in crate::products) enum PhotoAudience {
    Everybody,
    /// The profile photo of somebody who sells nothing, or shows themselves to no visitors.
    SignedIn,
    /// And staff.
    Seller(i64),
}

impl PhotoAudience {
    /// Of a product, or of a form that isn't sent yet, which has no state.
    pub fn of_product(seller_id: i64, state: Option<&str>) -> Self {
        match state.is_some_and(|state| ProductState::from_code(state).is_visible()) {
            true => Self::Everybody,
            false => Self::Seller(seller_id),
        }
    }
}
