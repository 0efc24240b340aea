//! Schema migrations, applied by whichever node starts first.

use sqlx::{Connection as _, PgConnection, PgPool, migrate::Migrator};

use super::error::DbError;

/// The steps in `migrations/`, compiled in.
pub static MIGRATIONS: Migrator = sqlx::migrate!();

/// Applies the pending migrations under sqlx's advisory lock: of several nodes that start at once,
/// one migrates and the others wait.
///
/// A role that may not change the schema (one for serving only, L7) needs it to be up to date, and nothing is done.
///
/// Uses a connection outside of the pool, whose statement time-out an index build may exceed.
pub async fn migrate(pool: &PgPool) -> Result<(), DbError> {
    if !may_migrate(pool).await.map_err(DbError::Unreachable)? {
        return match pending_migrations(pool).await.map_err(DbError::Unreachable)? {
            0 => Ok(()),
            steps => Err(DbError::MayNotMigrate { steps }),
        };
    }
    let options = pool.connect_options();
    let mut conn = PgConnection::connect_with(&options).await.map_err(DbError::Unreachable)?;
    MIGRATIONS.run(&mut conn).await?;
    // All is committed; a connection that ends uncleanly rolls nothing back.
    let _ = conn.close().await;
    Ok(())
}

async fn may_migrate(pool: &PgPool) -> sqlx::Result<bool> {
    let may = "SELECT coalesce(has_schema_privilege(current_schema(), 'CREATE'), false)";
    sqlx::query_scalar(may).fetch_one(pool).await
}

/// How many steps this program has that the database hasn't had; changes nothing.
pub async fn pending_migrations(pool: &PgPool) -> sqlx::Result<usize> {
    let was_migrated: bool =
        sqlx::query_scalar("SELECT to_regclass('_sqlx_migrations') IS NOT NULL").fetch_one(pool).await?;
    let applied: Vec<i64> = match was_migrated {
        true => {
            sqlx::query_scalar("SELECT version FROM _sqlx_migrations WHERE success").fetch_all(pool).await?
        }
        false => Vec::new(),
    };
    Ok(MIGRATIONS.iter().filter(|step| !applied.contains(&step.version)).count())
}
