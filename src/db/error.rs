//! Why there is no database to start with.

use sqlx::migrate::MigrateError;

use super::{data_dir::DataDirError, embedded::EmbeddedError, version::OLDEST_MAJOR};

/// What can be wrong with a database before the first page is served. Each reads as one sentence
/// for the person who started the program.
#[derive(Debug, thiserror::Error)]
pub enum DbError {
    #[error(transparent)]
    DataDir(#[from] DataDirError),
    #[error(transparent)]
    Embedded(#[from] EmbeddedError),
    #[error("DATABASE_URL isn't an address of a PostgreSQL: {0}")]
    Address(#[source] sqlx::Error),
    #[error("the database can't be reached: {0}")]
    Unreachable(#[source] sqlx::Error),
    #[error("the database is PostgreSQL {0}; Haggle needs {OLDEST_MAJOR} or newer")]
    TooOld(u32),
    #[error("the database's schema can't be brought up to date: {0}")]
    Migrate(#[from] MigrateError),
    #[error(
        "the database's schema is {steps} steps behind this program, and this role may not change it: \
         run `haggle migrate` as the role that owns it"
    )]
    MayNotMigrate { steps: usize },
}
