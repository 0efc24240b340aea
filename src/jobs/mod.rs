//! Work that goes on by itself: long-running tasks under supervision.
//!
//! [`Supervisor`] starts every task that lives as long as the program, under a name. A panic is
//! caught, logged with that name and counted; the task is started again or the program ends, by its
//! [`Policy`]. Invariant: no such task is down without `GET /up` saying so.

mod backoff;
mod supervisor;
mod task;

pub use backoff::Backoff;
pub use supervisor::{CriticalTaskEnded, Supervisor};
pub use task::{Policy, TaskStatus};
