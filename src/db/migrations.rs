//! The schema's migrations.

use sqlx::{Connection as _, PgConnection, PgPool, migrate::Migrator};

use super::error::DbError;

/// The steps in `migrations/`, compiled in.
pub static MIGRATIONS: Migrator = sqlx::migrate!();

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
