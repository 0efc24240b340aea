//! What `haggle doctor` finds.

use super::room_key::RoomKey;

/// A room whose row and entries disagree.
#[derive(Clone, Debug)]
pub struct Discrepancy {
    pub room: RoomKey,
    pub what: String,
}
