//! The rows of the demo, by table.

mod people;
mod products;
mod rooms;
mod transaction;

pub(in crate::cli::seed) use transaction::insert_demo;
pub use transaction::{SeedSummary, insert};
