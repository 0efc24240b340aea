//! WebSockets: `/ws/{room}` and `/ws/inbox`, one task each.

pub mod inbox;
pub mod limits;
pub mod parts;
mod pending_rooms;
pub mod program;
pub mod room;
pub mod unread_counts;
pub mod ws_io;
