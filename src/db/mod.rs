//! The database: where it is, a pool with limits, the migrations.
//!
//! ```text
//! Database::open   DATABASE_URL set?  yes → that server
//!                                     no  → DataDir::open → embedded::start
//! migrate          before anything else is asked of it
//! Database::close  after the last request
//! ```

mod data_dir;
mod database;
pub mod embedded;
mod error;
mod error_class;
mod migrations;
mod pool;
mod version;

pub use data_dir::{DataDir, DataDirError};
pub use database::Database;
pub use error::DbError;
pub use error_class::ErrorClass;
pub use migrations::{MIGRATIONS, migrate};
pub use pool::connect;
