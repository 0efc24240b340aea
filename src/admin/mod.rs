//! Staff's pages: they show everything except conversations.
//!
//! To anybody but an admin each of them is a 404. Conversations and messages are counted, never
//! read: no query here names a message's text, and a test holds that. What an admin changes is
//! written by its owner (accounts, products) in one transaction with its line in the audit log.
//!
//! ```text
//! routes → handlers (people, products, …) → views → store → model
//! ```

mod approvals;
mod apps;
mod audit;
mod cases;
mod categories;
mod chart;
mod invitations;
mod jobs;
mod legal;
mod model;
mod notices;
mod overview;
mod people;
mod products;
mod routes;
mod search;
mod sellers;
mod sentences;
mod settings;
mod setup;
mod state;
mod stats;
mod store;
mod views;
mod webhooks;

pub use audit::record_command;
pub use model::AuditAction;
pub use notices::Moderation;
pub use routes::router;
pub use setup::SetupKey;
pub use state::State;
pub use stats::{count_days, count_market};
