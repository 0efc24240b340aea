//! Buyer and seller, talking.

mod access;
mod forms;
mod history;
mod inbox;
mod once;
mod photos;
mod search;
mod slow;
mod sockets;
mod talking;
