//! Searching in one's own conversations.
//!
//! ```text
//! write → live → indexer ──→ message_search (people, folded text) ──→ hits ──→ /rooms/{room}?at=SEQ#entry_SEQ
//!                   fold ↗      question → Terms → fold ↗
//! ```
//!
//! The invariant: a search reads entries of the asker's own rooms only. Their account is part of the index's
//! key (`people @> …`), so this isn't only a rule but also the bound on the cost. Measured with 2,000,000
//! entries in 50,000 rooms on two cores, without parallel workers: for an account with 5,000 rooms and
//! 200,000 entries a rare word takes 1 ms, the most common ones (70,000 hits) and signs that no index knows
//! 160 to 280 ms; for an account with 450 entries nothing takes more than 12 ms, where an index over text
//! alone, with the rooms sorted out after it, took 330. The names of 5,000 people take 7 ms. The index is
//! as large as the table; indexing takes 13,000 entries a second.

pub mod excerpt;
pub mod fold;
pub mod indexer;
pub mod limits;
pub mod terms;
