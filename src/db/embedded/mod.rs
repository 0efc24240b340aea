//! A private PostgreSQL, for a marketplace that has no `DATABASE_URL`.
//!
//! ```text
//! start(data)
//!   location  where the cluster lies, and which account runs it (never root)
//!   binaries  installed ones, or fetched once (fetch)
//!   orphan    end the server that a killed run left behind
//!   cluster   initdb beside its place, then renamed: a half-made one is never seen
//!   server    spawn, wait for the first answer
//! ```
//!
//! If it ends by itself, [`Embedded::keep`] starts it again.
//!
//! It listens on a socket in a folder that is closed to others, and on no port: so there is no
//! password. It ends with this process: in good order with [`Embedded::stop`]; when dropped; and on
//! Linux also after `SIGKILL`. Elsewhere such a leftover runs until the next start ends it.
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
