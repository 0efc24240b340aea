//! Values that can't be wrong: no SQL, no HTTP, no channels.

pub mod batch;
pub mod blocks;
pub mod body;
pub mod content;
pub mod conversation;
pub mod discrepancy;
pub mod entry;
pub mod outcome;
pub mod participants;
pub mod position;
pub mod room_key;
pub mod room_photo;
pub mod side;
