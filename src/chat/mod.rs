//! Buyer and seller, talking: the reason Haggle exists.
//!
//! A room is one buyer talking to one seller. Whoever takes a [`Seat`](seat::Seat) has proved that
//! they are one of the two. A message travels one way, whatever brought it:
//!
//! ```text
//! socket.rs / pages (forms)      parse and check once: Seat, Body
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

mod backplane;
mod body;
mod closing;
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
mod recount;
mod room;
mod room_key;
mod routes;
mod search;
mod seat;
mod service;
mod socket;
mod store;
mod views;
mod wire;

use sqlx::PgPool;

use crate::{accounts::CurrentUser, web::Result};

pub use backplane::start as join_nodes;
pub use body::Body;
pub use closing::Heartbeat;
pub use hub::Hub;
pub use inbox::{Conversation, InboxRow};
pub use journal::Journal;
pub use limits::{MessageLimits, SearchLimits};
pub use photos::{missing as missing_photos, sweep as sweep_photos};
pub use recount::{Discrepancy, recount};
pub use room_key::{RoomKey, Side};
pub use routes::router;
pub use search::{mend as mend_search, start as start_search};

/// How many messages wait for this person, over all their rooms.
pub async fn unread(db: &PgPool, user: &CurrentUser) -> Result<i64> {
    Ok(store::unread_total(db, user.account_id).await?)
}

/// A seller's latest conversations, for the dashboard.
pub async fn latest_for_seller(db: &PgPool, seller_id: i64, limit: i64) -> Result<Vec<InboxRow>> {
    inbox::rows(db, store::conversations(db, None, Some(seller_id), limit, 0).await?).await
}
