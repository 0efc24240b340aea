//! An entry of a timeline, as stored.

use time::OffsetDateTime;
use uuid::Uuid;

use super::{room_photo::RoomPhoto, side::Side};
use crate::products::price::Price;

/// One row of `messages` (from the buyer) or `post_messages` (from the seller).
#[derive(Clone, Debug)]
pub struct Entry {
    pub seq: i64,
    pub from: Side,
    pub client_id: Uuid,
    /// Empty where a picture says it all.
    pub body: String,
    pub photo: Option<RoomPhoto>,
    pub product_id: Option<i64>,
    /// The product that the talk turns to here, as it was when this was said.
    pub introduces: Option<ProductSnapshot>,
    pub sent_at: OffsetDateTime,
}

impl Entry {
    /// As rows and frames name it.
    pub fn kind(&self) -> &'static str {
        if self.photo.is_some() { "photo" } else { "text" }
    }
}

#[derive(Clone, Debug)]
pub struct ProductSnapshot {
    pub product_id: i64,
    pub title: String,
    pub price: Price,
    pub photo: Option<String>,
}
