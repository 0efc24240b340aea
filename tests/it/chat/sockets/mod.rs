//! A room's socket and the inbox's.

mod conversation;
mod fuzz;
mod limits;
mod slow_consumers;
