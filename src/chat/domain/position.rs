//! Where a room stands: its last number, and how far each side has read.

use serde::Serialize;

/// Where a room stands.
#[derive(Clone, Copy, Debug, Default)]
pub struct RoomPosition {
    pub last_seq: i64,
    pub read: ReadMarks,
    pub last_product_id: Option<i64>,
    /// How many changes of its entries the room has had.
    pub rev: i64,
}

/// How far each side has read.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct ReadMarks {
    pub buyer: i64,
    pub seller: i64,
}
