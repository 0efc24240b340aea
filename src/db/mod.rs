//! The database.

use sqlx::{PgPool, migrate::MigrateError};

pub async fn migrate(db: &PgPool) -> Result<(), MigrateError> {
    sqlx::migrate!().run(db).await
}
