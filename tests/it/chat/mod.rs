//! Buyer and seller, talking.

mod access;
mod cast;
mod content;
mod forms;
mod full;
mod fuzz;
mod history;
mod inbox;
mod journal;
mod lost_answer;
mod once;
mod photos;
mod recovery;
mod search;
mod slow;
mod sockets;
mod talking;
