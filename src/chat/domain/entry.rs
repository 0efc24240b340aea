//! An entry of a timeline, as stored.

use time::OffsetDateTime;
use uuid::Uuid;

use super::{content::Content, side::Side};
use crate::products::price::Price;

/// One row of `messages` (from the buyer) or `post_messages` (from the seller).
#[derive(Clone, Debug)]
pub struct Entry {
    pub seq: i64,
    pub from: Side,
    pub client_id: Uuid,
    pub content: Content,
    pub product_id: Option<i64>,
    /// The product that this entry introduces, as it was then: the divider card above it.
    pub introduces: Option<ProductSnapshot>,
    pub sent_at: OffsetDateTime,
    /// Written while the other side had blocked its author: the other side never sees it, nor that it is there.
    pub withheld: bool,
}

impl Entry {
    /// The side that mustn't see it.
    pub fn withheld_from(&self) -> Option<Side> {
        self.withheld.then(|| self.from.other())
    }

    pub fn is_shown_to(&self, side: Side) -> bool {
        self.withheld_from() != Some(side)
    }
}

#[derive(Clone, Debug)]
pub struct ProductSnapshot {
    pub product_id: i64,
    pub title: String,
    pub price: Price,
    pub photo: Option<String>,
}
