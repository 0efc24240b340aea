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
pub mod error_class;
mod version;

use std::time::Duration;

use sqlx::{
    Connection as _, Executor as _, PgConnection, PgPool,
    migrate::{MigrateError, Migrator},
    postgres::{PgConnectOptions, PgPoolOptions},
};

pub use data_dir::{DataDir, DataDirError};
pub use database::Database;
pub use error_class::ErrorClass;
use version::OLDEST_MAJOR;

/// The steps in `migrations/`, compiled in.
pub static MIGRATIONS: Migrator = sqlx::migrate!();

/// What can be wrong with a database before the first page is served. Each reads as one sentence
/// for the person who started the program.
#[derive(Debug, thiserror::Error)]
pub enum DbError {
    #[error(transparent)]
    DataDir(#[from] DataDirError),
    #[error(transparent)]
    Embedded(#[from] embedded::EmbeddedError),
    #[error("DATABASE_URL isn't an address of a PostgreSQL: {0}")]
    Address(#[source] sqlx::Error),
    #[error("the database can't be reached: {0}")]
    Unreachable(#[source] sqlx::Error),
    #[error("the database is PostgreSQL {0}; Haggle needs {OLDEST_MAJOR} or newer")]
    TooOld(u32),
    #[error("the database's schema can't be brought up to date: {0}")]
    Migrate(#[from] MigrateError),
}

/// A pool that makes nobody wait forever: 4 s for a connection, so that whoever writes hears within five that
/// it can't be had; 15 s for a statement.
///
/// Connects once, to tell a wrong address or a too old server at start and not at the first visitor.
pub async fn connect(options: PgConnectOptions) -> Result<PgPool, DbError> {
    let pool = PgPoolOptions::new()
        .max_connections(20)
        .acquire_timeout(Duration::from_secs(4))
        .idle_timeout(Duration::from_secs(10 * 60))
        .after_connect(|conn, _| Box::pin(set_limits(conn)))
        .connect_with(options.application_name("haggle"))
        .await
        .map_err(DbError::Unreachable)?;
    let version: i32 = sqlx::query_scalar("SELECT current_setting('server_version_num')::int4")
        .fetch_one(&pool)
        .await
        .map_err(DbError::Unreachable)?;
    let major = version.unsigned_abs() / 10_000;
    if major < OLDEST_MAJOR {
        return Err(DbError::TooOld(major));
    }
    Ok(pool)
}

/// `SET` after connecting and not options while connecting, which connection poolers refuse.
async fn set_limits(conn: &mut PgConnection) -> sqlx::Result<()> {
    conn.execute(
        "SET statement_timeout = '15s';
         SET idle_in_transaction_session_timeout = '30s';
         SET timezone = 'UTC'",
    )
    .await?;
    Ok(())
}

/// Applies the migrations that this database hasn't had yet, under sqlx's advisory lock: of several
/// nodes that start at once, one migrates and the others wait.
///
/// Uses a connection of its own, because building an index may take longer than a page may.
pub async fn migrate(pool: &PgPool) -> Result<(), DbError> {
    let options = pool.connect_options();
    let mut conn = PgConnection::connect_with(&options).await.map_err(DbError::Unreachable)?;
    MIGRATIONS.run(&mut conn).await?;
    // All is committed; a connection that ends uncleanly takes nothing back.
    let _ = conn.close().await;
    Ok(())
}
