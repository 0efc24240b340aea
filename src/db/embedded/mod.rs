//! An embedded PostgreSQL: a private server of this process, where there is no `DATABASE_URL`.
//!
//! ```text
//! start(data)
//!   location  where the cluster lies, and which account runs it (never root)
//!   binaries  installed ones, or fetched once (fetch)
//!   orphan    end the server that a killed run left behind
//!   cluster   initdb beside its place, then an atomic rename: never seen half-made
//!   server    spawn, wait for the first answer
//! ```
//!
//! If it ends by itself, [`Embedded::supervise`] restarts it with growing delays.
//!
//! It listens on a Unix socket in a folder of mode 0700 and on no port, so there is no password. It
//! ends with this process: gracefully by [`Embedded::stop`]; when dropped; and on Linux also after
//! `SIGKILL`. Elsewhere an orphan runs until the next start ends it.
//!
//! What is read from the environment here (`PG_BIN`, `PATH`, `HOME`, `XDG_CACHE_HOME`,
//! `XDG_RUNTIME_DIR`) describes the machine; Haggle's own settings are in `config`.

mod account;
mod binaries;
mod cluster;
mod durability;
mod error;
mod fetch;
mod location;
mod orphan;
mod process;
mod server;
mod supervised;
mod sys;
#[cfg(test)]
mod tests;

pub use durability::Durability;
pub use error::EmbeddedError;
pub use supervised::{Embedded, running_in, start, start_with};
