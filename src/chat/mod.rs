//! Buyer and seller, talking: the reason Haggle exists.
//!
//! A room is one buyer talking to one seller. Whoever takes a [`RoomMember`](access::RoomMember) has proved that
//! they are one of the two. A message travels one way, whatever brought it:
//!
//! ```text
//! socket.rs / pages (forms)      parse and check once: RoomMember, Body
//!         ↓
//! service.rs  say()              the one way to write
//!         ↓
//! journal.rs                     collects what arrives while the last commit runs; many in one transaction
//!         ↓
//! hub.rs                         tells everybody in the room, and both people's inboxes
//!         ↓
//! backplane/                     tells the other nodes, if there are any
//! search/fill.rs                 makes it findable, in no hurry
//! ```
//!
//! The invariant: every entry is stored before it is told, and numbered under its room's row lock,
//! so both sides see the same timeline, without holes.

mod access;
mod backplane;
mod closing;
mod domain;
mod entries;
mod forms;
mod history;
mod hub;
mod inbox;
mod inbox_socket;
mod journal;
mod limits;
mod photos;
mod presence;
mod product_page;
mod receive;
mod room;
mod routes;
mod search;
mod service;
mod socket;
mod store;
mod summary;
mod views;
mod wire;

pub use backplane::start as join_nodes;
pub use closing::Heartbeat;
pub use domain::{
    body::Body,
    conversation::{Conversation, InboxRow},
    discrepancy::Discrepancy,
    room_key::RoomKey,
    side::Side,
};
pub use hub::Hub;
pub use journal::Journal;
pub use limits::{MessageLimits, SearchLimits};
pub use photos::{missing as missing_photos, sweep as sweep_photos};
pub use routes::router;
pub use search::{mend as mend_search, start as start_search};
pub use summary::{latest_for_seller, unread, verify};
