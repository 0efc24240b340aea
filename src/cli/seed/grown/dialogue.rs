//! The `n`th conversation of a grown marketplace: who, about what, and what was said.

use rand::{Rng as _, rngs::StdRng, seq::IndexedRandom as _};
use uuid::Uuid;

use super::{
    GrownSize,
    person::rng,
    product::{self, GrownProduct},
    words::{ANSWERS, QUESTIONS},
};

/// Entries of a conversation; on average [`MEAN_ENTRIES`].
const ENTRIES: std::ops::Range<usize> = 2..15;
pub(super) const MEAN_ENTRIES: u64 = 8;

pub(super) struct GrownDialogue {
    /// Among all people.
    pub buyer: u64,
    pub product: u64,
    pub about: GrownProduct,
    pub entries: Vec<GrownEntry>,
    /// How many of the last entries their reader hasn't seen.
    pub unread: usize,
}

pub(super) struct GrownEntry {
    pub from_buyer: bool,
    pub client_id: Uuid,
    pub body: &'static str,
    pub days_ago: f64,
}

pub(super) fn dialogue(size: &GrownSize, number: u64) -> GrownDialogue {
    let mut rng = rng(size.seed, 3, number);
    let product = rng.random_range(0..size.products.max(1));
    let about = product::product(size.seed, product, size.sellers());
    // Any buyer but the seller, and for one seller's conversations each time another one: a room is two people's.
    let step = 1 + number % (size.people - 1);
    let buyer = (about.seller + step) % size.people;
    let mut days_ago = about.days_ago * rng.random::<f64>();
    let mut from_buyer = true;
    let entries: Vec<GrownEntry> = (0..rng.random_range(ENTRIES))
        .map(|n| {
            if n > 0 {
                from_buyer ^= rng.random_ratio(3, 4);
                days_ago *= rng.random_range(0.9..0.9999);
            }
            entry(from_buyer, days_ago, &mut rng)
        })
        .collect();
    // Only what came after its reader's own last words can be unread.
    let last = entries.last().is_some_and(|entry| entry.from_buyer);
    let tail = entries.iter().rev().take_while(|entry| entry.from_buyer == last).count();
    let unread = if rng.random_ratio(1, 5) { tail } else { 0 };
    GrownDialogue { buyer, product, about, entries, unread }
}

fn entry(from_buyer: bool, days_ago: f64, rng: &mut StdRng) -> GrownEntry {
    let words = if from_buyer { QUESTIONS } else { ANSWERS };
    GrownEntry {
        from_buyer,
        client_id: uuid::Builder::from_random_bytes(rng.random()).into_uuid(),
        body: words.choose(rng).copied().unwrap_or("Hello"),
        days_ago,
    }
}
