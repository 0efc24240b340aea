//! The rows of the demo, by table.

mod people;
mod products;
mod rooms;
mod transaction;

pub use transaction::{SeedSummary, insert};
