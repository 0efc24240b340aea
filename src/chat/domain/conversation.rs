//! A room, as one of its two people finds it in a list.

use time::OffsetDateTime;

use super::{room_key::RoomKey, side::Side};
use crate::products::ProductSummary;

/// A room, as one of its two people finds it in a list.
#[derive(Clone, Debug)]
pub struct Conversation {
    pub room: RoomKey,
    /// The side of the person whose list it is.
    pub side: Side,
    pub other_name: String,
    /// The key of their profile photo.
    pub other_photo: Option<String>,
    pub last_from: Side,
    /// The last entry's first 200 characters; empty for a picture without words.
    pub last_body: String,
    /// That photo was taken back.
    pub photo_removed: bool,
    pub last_at: OffsetDateTime,
    pub unread: i64,
    /// What was spoken of last.
    pub product_id: Option<i64>,
}

/// A conversation and the product that was spoken of last: what `chat/_inbox_row.html` shows.
#[derive(Clone, Debug)]
pub struct InboxRow {
    pub conversation: Conversation,
    pub product: Option<ProductSummary>,
}
