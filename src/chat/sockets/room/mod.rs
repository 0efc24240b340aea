//! The room's socket: its task and event loop, what comes in, what goes out.

mod incoming;
mod outgoing;
mod socket;

pub use socket::{run, sized, upgrade};
