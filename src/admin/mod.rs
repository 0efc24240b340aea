//! Staff only: sees everything except conversations.
//!
//! For whoever isn't an admin, none of these pages exists. Conversations and messages are counted,
//! never read: no query here names a message's text, and a test holds that. What an admin changes
//! is written by its owner (accounts, products) in one transaction with its line in the
//! [audit log](audit), so nothing is done without a trace.

mod audit;
mod categories;
mod chart;
mod jobs;
mod model;
mod overview;
mod people;
mod products;
mod routes;
mod sellers;
mod state;
mod stats;
mod store;
mod views;

pub use routes::router;
pub use state::State;
pub use stats::roll_up;
