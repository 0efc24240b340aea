//! A grown marketplace: any number of products, people and messages, for trying Haggle at size.
//!
//! ```text
//! GrownSize ─→ people, products, conversations (each a function of the seed and a number) ─→ COPY ─→ tables
//!                                                                   indexes and foreign keys: dropped, made again
//! the demo's pictures ─→ covers (hard links) ─→ photos
//! ```
//!
//! Deterministic: the same numbers and the same seed make the same marketplace, but for its dates, which lie in the two
//! years before now. Invariant: all of it is one transaction, and `haggle doctor` finds nothing wrong with it.

mod copy;
mod covers;
mod dialogue;
mod insert;
mod person;
mod product;
mod words;

pub use covers::link_covers;
pub use insert::{GrownSummary, insert};

/// How much of everything, beside the demo.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GrownSize {
    pub products: u64,
    pub people: u64,
    pub messages: u64,
    pub seed: u64,
}

impl GrownSize {
    /// Where nothing else is asked for: a person for ten products, a message for each.
    pub fn new(products: u64, people: Option<u64>, messages: Option<u64>, seed: u64) -> Self {
        let people = people.unwrap_or(products / 10).max(10);
        GrownSize { products, people, messages: messages.unwrap_or(products), seed }
    }

    /// One in five people sells.
    fn sellers(&self) -> u64 {
        self.people / 5
    }
}
