//! `haggle backup FILE` and `haggle restore FILE`: database and photos in one tar file.
//!
//! Needs no program of PostgreSQL's, so it works with every server that Haggle works with. A backup
//! is a consistent snapshot of the database (REPEATABLE READ), also while the marketplace is open;
//! photos are copied after it, so that every photo it names is there. Sessions are left out: a
//! backup signs nobody in. Nothing is migrated before it is backed up.
//!
//! Invariant: a file that is not whole, member by member (SHA-256), is refused before anything is touched, and a
//! restore that fails leaves nothing behind.

mod format;
mod photos;
mod progress;
mod read;
mod verify;
mod write;

pub use read::restore;
pub use verify::verify;
pub use write::backup;
