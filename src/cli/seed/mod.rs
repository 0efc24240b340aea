//! `haggle seed`: a demo marketplace to look around in.
//!
//! [`insert`] inserts the people, products and conversations of `demo/` in one transaction, and a
//! queue of pending photos (the table `demo_pictures`). [`compose_pictures`] works through that
//! queue in the background while the marketplace is already being served: a row is deleted in the
//! transaction that adds its photo, so an interrupted start is resumed by the next.
//!
//! ```text
//! demo/*.json ─ Fixtures ─→ dialogue_rows ─→ insert ─→ rows, demo_pictures
//!                                               ↓
//! demo/photos ─→ product_photo ─→ photo_queue ─→ products::photos ─→ photos
//! ```
//!
//! This is the one place that writes rows of every feature itself: its conversations lie in the
//! past, which chat's message writer rightly doesn't allow. The counters that the writer keeps are
//! computed by [`dialogue_rows`]. Only an empty marketplace is ever seeded. [`grown`] puts any number of made-up
//! products, people and messages beside the demo.

mod dialogue_rows;
mod error;
pub mod fixtures;
pub mod grown;
mod insert;
mod photo_queue;
mod product_photo;
mod sign_ins;

pub use error::SeedError;
pub use insert::{SeedSummary, insert};
pub use photo_queue::compose_pictures;
pub use sign_ins::{PASSWORD, SignIns, sign_ins};
