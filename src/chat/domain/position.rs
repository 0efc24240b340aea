//! Where a room stands: its last number, and how far each side has read.

use serde::Serialize;

use super::{blocks::Blocks, side::Side};

/// Where a room stands.
#[derive(Clone, Copy, Debug, Default)]
pub struct RoomPosition {
    pub last_seq: i64,
    pub read: ReadMarks,
    /// While there is a block: the marks as the other side sees them.
    pub read_shown: Option<ReadMarks>,
    pub last_product_id: Option<i64>,
    /// What the blocked side spoke of last, unheard.
    pub withheld_product_id: Option<i64>,
    /// How many changes of its entries the room has had.
    pub rev: i64,
    pub blocks: Blocks,
    /// The last entry that each side may see.
    pub last_shown: ReadMarks,
}

impl RoomPosition {
    /// The read marks as this side may know them: its own, and the other's as it was before a block.
    pub fn read_for(&self, side: Side) -> ReadMarks {
        let shown = self.read_shown.unwrap_or(self.read);
        match side {
            Side::Buyer => ReadMarks { buyer: self.read.buyer, seller: shown.seller },
            Side::Seller => ReadMarks { buyer: shown.buyer, seller: self.read.seller },
        }
    }

    /// Whether more happened since `before` than what is withheld from this side.
    pub fn has_news_for(&self, side: Side, before: RoomPosition) -> bool {
        self.last_seq < before.last_seq
            || self.last_shown.of(side) > before.last_seq
            || self.read != before.read
    }

    pub fn topic(&self, side: Side) -> Option<i64> {
        match self.blocks.is_blocked(side) {
            true => self.withheld_product_id.or(self.last_product_id),
            false => self.last_product_id,
        }
    }
}

/// How far each side has read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct ReadMarks {
    pub buyer: i64,
    pub seller: i64,
}

impl ReadMarks {
    pub fn of(self, side: Side) -> i64 {
        match side {
            Side::Buyer => self.buyer,
            Side::Seller => self.seller,
        }
    }
}
