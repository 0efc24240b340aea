//! Who of a room's two people hears nothing of the other.

use super::side::Side;

/// What stands in a room's row about blocks between its two people.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Blocks {
    /// Counts up with every change: of two states the one with the higher number is newer.
    pub rev: i64,
    /// The seller has blocked the buyer.
    pub buyer: bool,
    /// The buyer has blocked the seller.
    pub seller: bool,
}

impl Blocks {
    /// Whether this side is blocked by the other.
    pub fn is_blocked(self, side: Side) -> bool {
        match side {
            Side::Buyer => self.buyer,
            Side::Seller => self.seller,
        }
    }

    /// Whether this side has blocked the other.
    pub fn has_blocked(self, side: Side) -> bool {
        self.is_blocked(side.other())
    }

    /// Whether typing, presence and read marks of the two stop, which they do in both directions.
    pub fn any(self) -> bool {
        self.buyer || self.seller
    }
}
