//! `haggle seed`: a demo marketplace to look around in.
//!
//! [`insert`] inserts the people, products and conversations of `demo/` in one transaction, and a
//! to-do list of pictures (the table `demo_pictures`). [`compose_pictures`] works that list off in
//! the background while the marketplace is already being served: a row goes away in the
//! transaction that adds its photo, so a start that was cut short is finished by the next.
//!
//! ```text
//! demo/*.json ─ Fixtures ─→ dialogue_rows ─→ insert ─→ rows, demo_pictures
//!                                               ↓
//! demo/photos ──────→ compose ─→ pictures ─→ products::photos ─→ photos
//! ```
//!
//! This is the one place that writes rows of every feature itself: its conversations lie in the
//! past, which `chat`'s own way of writing rightly doesn't allow. The counts that the journal keeps
//! are made by [`dialogue_rows`]. It is only ever done to a marketplace in which there is nobody yet.

mod dialogue_rows;
mod error;
pub mod fixtures;
mod insert;
mod photo_queue;
mod product_photo;
mod sign_ins;

pub use error::SeedError;
pub use insert::{SeedSummary, insert};
pub use photo_queue::compose_pictures;
pub use sign_ins::{PASSWORD, SignIns, sign_ins};
