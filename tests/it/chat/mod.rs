//! Buyer and seller, talking.

mod access;
mod backpressure;
mod content;
mod conversation;
mod demo_dialogue;
mod forms;
mod fuzz;
mod history;
mod idempotency;
mod inbox;
mod interleaving;
mod lost_acknowledgement;
mod photos;
mod recovery;
mod search;
mod slow_consumers;
mod sockets;
