//! The database: which server, a pool with time-outs, migrations, error classes.
//!
//! ```text
//! Database::open   DATABASE_URL set?  yes → that server
//!                                     no  → DataDir::open → embedded::start
//! migrate          before any other statement
//! Database::close  after the last request, at most 5 s
//! ```

mod bulk_load;
mod data_dir;
mod database;
pub mod embedded;
mod error;
mod error_class;
mod listen;
mod migrations;
mod pool;
mod version;

pub use bulk_load::BulkLoad;
pub use data_dir::{DataDir, DataDirError};
pub use database::Database;
pub use error::DbError;
pub use error_class::ErrorClass;
pub use listen::listen;
pub use migrations::{MIGRATIONS, migrate, pending_migrations};
pub use pool::{UNLIMITED, connect, connect_unlimited, pool_unlimited};
