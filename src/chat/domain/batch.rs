//! What a batch of messages does to its rooms: the rows it adds, and the rooms it brings up to date.

use std::{collections::HashMap, sync::Arc};

use time::OffsetDateTime;
use uuid::Uuid;

use super::{blocks::Blocks, entry::Entry, room_key::RoomKey, side::Side};

/// A room: what stands in its row, and after [`plan`] what shall stand there.
#[derive(Clone, Debug)]
pub struct RoomState {
    pub id: i64,
    pub last_seq: i64,
    pub buyer_total: i64,
    pub seller_total: i64,
    pub blocks: Blocks,
    /// Entries of a side that the other doesn't see; its total has the others.
    pub buyer_withheld: i64,
    pub seller_withheld: i64,
    /// The last entry that a side may see, where it isn't the room's last.
    pub buyer_last_shown: Option<i64>,
    pub seller_last_shown: Option<i64>,
    pub last_product_id: Option<i64>,
    /// What the blocked side spoke of last, unheard.
    pub withheld_product_id: Option<i64>,
    pub last_at: OffsetDateTime,
}

impl RoomState {
    /// What was spoken of last, as this side knows it.
    pub fn topic(&self, side: Side) -> Option<i64> {
        match self.blocks.is_blocked(side) {
            true => self.withheld_product_id.or(self.last_product_id),
            false => self.last_product_id,
        }
    }

    /// Counts one more entry of this side. Its `seq`, and its ordinal: how many of the side's entries the other may
    /// see, so that one that is withheld has that of the one before it.
    pub fn append(&mut self, from: Side) -> (i64, i64) {
        let before = self.last_seq;
        self.last_seq += 1;
        let (total, withheld) = match from {
            Side::Buyer => (&mut self.buyer_total, &mut self.buyer_withheld),
            Side::Seller => (&mut self.seller_total, &mut self.seller_withheld),
        };
        if !self.blocks.is_blocked(from) {
            *total += 1;
            (self.buyer_last_shown, self.seller_last_shown) = (None, None);
            return (self.last_seq, *total);
        }
        *withheld += 1;
        let ordinal = *total;
        let (own, other) = match from {
            Side::Buyer => (&mut self.buyer_last_shown, &mut self.seller_last_shown),
            Side::Seller => (&mut self.seller_last_shown, &mut self.buyer_last_shown),
        };
        *own = None;
        other.get_or_insert(before);
        (self.last_seq, ordinal)
    }
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
    /// The number of its last entry before; its blocks are compared as well.
    pub expected_seq: i64,
    pub room: RoomState,
    pub from: Side,
    pub body: &'a str,
}
