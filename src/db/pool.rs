//! The connection pool, with a time limit on everything that is asked through it.

use std::time::Duration;

use sqlx::{
    Executor as _, PgConnection, PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};

use super::{error::DbError, version::OLDEST_MAJOR};

/// A pool of at most 20 connections. Time-outs: 4 s to acquire one, so that a sender gets an answer
/// within 5 s; 15 s for a statement; 30 s for a transaction that does nothing.
///
/// Connects once: a wrong address or a server that is too old fails the start, not the first
/// request.
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

/// `SET` after connecting, because connection poolers refuse options in the start-up message.
async fn set_limits(conn: &mut PgConnection) -> sqlx::Result<()> {
    conn.execute(
        "SET statement_timeout = '15s';
         SET idle_in_transaction_session_timeout = '30s';
         SET timezone = 'UTC'",
    )
    .await?;
    Ok(())
}
