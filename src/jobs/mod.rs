//! Work that goes on by itself: supervised tasks, and a durable queue.
//!
//! [`Supervisor`] starts every task that lives as long as the program, under a name. A panic is
//! caught, logged with that name and counted; the task is started again or the program ends, by its
//! [`Policy`]. Invariant: no such task is down without `GET /up` saying so.
//!
//! [`NewJob`] is enqueued in PostgreSQL, in the transaction that wants it done, and [`Worker`] runs it on
//! whichever node has time: at least once, under a lease, retried with back-off, and a dead letter at last.
//! Schedules run once across all nodes.

mod admin;
mod backoff;
mod job;
mod queue;
mod store;
mod supervisor;
mod task;
mod worker;

pub use admin::{counts, failed, send_again, sweep};
pub use backoff::Backoff;
pub use job::{Job, NewJob};
pub use store::{FailedJob, JobCounts};
pub use supervisor::{CriticalTaskEnded, Supervisor};
pub use task::{Policy, TaskStatus};
pub use worker::{Worker, WorkerTimes};
