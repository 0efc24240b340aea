//! Trust: who hears nothing from whom, and what a first message gives reason to be careful about.
//!
//! ```text
//! chat/write/blocks ── in one transaction ─→ blocks (here) and the rooms between the two (chat's)
//! ```
//!
//! Invariant: a block is a row here and a flag on each room of the two, and both change in one transaction, under the
//! rooms' locks. What follows from it for messages is decided in chat.

mod blocks;
mod shield;
mod store;

pub use blocks::{
    BlockOutcome, BlockedPerson, MAX_BLOCKS, block, blocked_by, blocks_of, find_block, unblock,
};
pub use shield::{FIRST_MESSAGES, OwnNames, Warning, warnings};
