//! The two people of a room.

use super::{room_key::RoomKey, side::Side};

/// The two people of a room, as both see them.
#[derive(Clone, Debug)]
pub struct Participants {
    pub room: RoomKey,
    pub buyer_name: String,
    /// The keys of their profile photos.
    pub buyer_photo: Option<String>,
    pub seller_photo: Option<String>,
    pub buyer_account: i64,
    /// The seller's shop name.
    pub seller_name: String,
    pub seller_account: i64,
}

impl Participants {
    pub fn account(&self, side: Side) -> i64 {
        match side {
            Side::Buyer => self.buyer_account,
            Side::Seller => self.seller_account,
        }
    }

    pub fn photo(&self, side: Side) -> Option<&str> {
        match side {
            Side::Buyer => self.buyer_photo.as_deref(),
            Side::Seller => self.seller_photo.as_deref(),
        }
    }

    pub fn name(&self, side: Side) -> &str {
        match side {
            Side::Buyer => &self.buyer_name,
            Side::Seller => &self.seller_name,
        }
    }
}
