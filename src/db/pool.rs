//! The connection pool, with a time limit on everything that is asked through it.

use std::time::Duration;

use sqlx::{
    AssertSqlSafe, ConnectOptions as _, Connection as _, Executor as _, PgConnection, PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};

use super::{error::DbError, version::OLDEST_MAJOR};

/// What lifts a page's time limits from one connection: for commands that work on all of the database.
pub const UNLIMITED: &str =
    "SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0; SET lock_timeout = 0";

/// A connection of a command's own, without the time limits of pages.
pub async fn connect_unlimited(pool: &PgPool) -> sqlx::Result<PgConnection> {
    let mut conn = PgConnection::connect_with(&pool.connect_options()).await?;
    conn.execute(UNLIMITED).await?;
    conn.execute("SET timezone = 'UTC'").await?;
    Ok(conn)
}

/// A pool of connections without the time limits of pages.
pub async fn pool_unlimited(pool: &PgPool) -> sqlx::Result<PgPool> {
    PgPoolOptions::new()
        .max_connections(4)
        .after_connect(|conn, _| {
            Box::pin(async move {
                conn.execute(UNLIMITED).await?;
                conn.execute("SET timezone = 'UTC'").await?;
                Ok(())
            })
        })
        .connect_with((*pool.connect_options()).clone())
        .await
}

/// A connection that lay there for longer is asked whether it still answers.
const TRUSTED_IDLE: Duration = Duration::from_millis(500);

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
        // A round trip for each statement otherwise. One that was just used is there, or its loss is this request's too.
        .test_before_acquire(false)
        .before_acquire(|conn, meta| {
            Box::pin(async move {
                if meta.idle_for > TRUSTED_IDLE {
                    conn.ping().await?;
                }
                Ok(true)
            })
        })
        .after_connect(|conn, _| Box::pin(set_limits(conn)))
        // A line for each slow search, with its whole text, would be anybody's to fill the disk with (L12).
        .connect_with(options.application_name("haggle").disable_statement_logging())
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
    let scale = timeout_scale();
    let (statement, idle) = (15_000.0 * scale, 30_000.0 * scale);
    conn.execute(AssertSqlSafe(format!(
        "SET statement_timeout = {statement:.0};
         SET idle_in_transaction_session_timeout = {idle:.0};
         SET timezone = 'UTC'"
    )))
    .await?;
    Ok(())
}

/// For tests: with shorter limits a small marketplace meets them as a grown one would.
fn timeout_scale() -> f64 {
    let scale = std::env::var("HAGGLE_TEST_TIMEOUT_SCALE").ok().and_then(|scale| scale.parse().ok());
    scale.unwrap_or(1.0)
}
