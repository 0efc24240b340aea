//! Who listens on this node, and what they are told. It knows no SQL and no other node: what comes from
//! elsewhere is applied by `cluster`, what goes there is put into a queue.
//!
//! ```text
//! write ── Publisher ──→ Rooms ──→ a broadcast channel per room ──→ room sockets
//!                   ├──→ Inboxes ─→ one per account ──→ inbox sockets
//!                   ├──→ ClusterOutlet (queue) ──→ cluster/
//!                   └──→ index hints (queue) ──→ search/
//! ```
//!
//! Invariant: a room delivers entries in `seq` order without gaps, or asks for a backfill.

pub mod event;
pub mod frames;
pub mod inboxes;
pub mod links;
pub mod outlet;
pub mod presence;
pub mod product_changes;
pub mod publish;
pub mod queue;
pub mod quota;
pub mod render;
pub mod room;
pub mod rooms;
pub mod screen;
pub mod shutdown;
pub mod staleness;
pub mod subscriptions;
