//! What a batch of messages does to its rooms: the rows it adds, and the rooms it brings up to date.

use std::{collections::HashMap, sync::Arc};

use time::OffsetDateTime;
use uuid::Uuid;

use super::{entry::Entry, room_key::RoomKey, side::Side};

/// A room: what stands in its row, and after [`plan`] what shall stand there.
#[derive(Clone, Debug)]
pub struct RoomState {
    pub id: i64,
    pub last_seq: i64,
    pub buyer_total: i64,
    pub seller_total: i64,
    pub last_product_id: Option<i64>,
    pub last_at: OffsetDateTime,
}

pub type RoomStates = HashMap<RoomKey, RoomState>;
/// A message by its room, its side and its sender's id for it.
pub type StoredEntries = HashMap<(RoomKey, Side, Uuid), Arc<Entry>>;

/// A row to be inserted.
pub struct NewEntry {
    pub room_id: i64,
    pub ordinal: i64,
    /// Sent no earlier than it says; the database's clock has the last word.
    pub entry: Entry,
}

/// A room's row, as the batch leaves it.
pub struct RoomUpdate<'a> {
    /// The number of its last entry before.
    pub expected_seq: i64,
    pub room: RoomState,
    pub from: Side,
    pub body: &'a str,
}
