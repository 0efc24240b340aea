//! What conversations tell people who aren't looking: the kind of notice about messages, and the tasks that derive
//! such notices from rooms.
//!
//! ```text
//! rooms with something unread ── tail.rs, once a second, on one node ─→ a notice for each room and person
//! a read mark moves ──────────── reads.rs, together, twice a second ──→ the notice is read
//! a product moves ────────────── product_talk.rs, a durable job ──────→ those who talk about it are told
//! ```
//!
//! Writing a message writes no notice: the rooms' rows say what is unread, and the tail reads them.

pub mod kind;
pub mod product_talk;
pub mod reads;
pub mod tail;
