//! Buyer and seller, talking.

mod access;
mod forms;
mod history;
mod inbox;
mod once;
mod sockets;
mod talking;
