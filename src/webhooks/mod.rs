//! Webhooks: a server of somebody's is told what happens to their products and rooms (Standard Webhooks).
//!
//! ```text
//! a product moves, in its transaction ─────────────┐
//! chat's webhook tail: rooms that moved ───────────┴─→ webhook_deliveries (outbox) → deliverer → their server
//!                                                         2xx delivered · else again for three days · 410 never again
//! ```
//!
//! At least once, in no promised order: a repeat carries the same `webhook-id`. Only where somebody wants an event is
//! anything recorded. Invariant: ids and types leave, words of messages never do.

mod deliverer;
mod event;
mod manage;
mod model;
mod notices;
mod sentences;
mod signature;
mod state;
mod store;

pub use event::Event;
pub use manage::{
    change, deliveries, list, lock_tail, make, move_tail, record, record_product, remove, rotate, send_again,
    send_test, sweep,
};
pub use model::{DeliveryLine, MAX_PER_ACCOUNT, Webhook, WebhookError};
pub use notices::WebhookKind;
pub use signature::Secret;
pub use state::State;
