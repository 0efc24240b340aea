//! Opens the database for commands other than `serve`.

use super::terminal::print_step;
use crate::{
    config::Config,
    db::{self, Database},
};

/// As it is: a backup is made before an upgrade, and a check changes nothing. A private server that is running already
/// is shared.
pub(super) async fn open_unmigrated(config: &Config) -> anyhow::Result<Database> {
    Ok(Database::open_shared(config.database_url.as_deref(), &config.data, print_step).await?)
}

/// Migrated; a private server that is running already is shared.
pub(super) async fn open_database(config: &Config) -> anyhow::Result<Database> {
    let database = Database::open_shared(config.database_url.as_deref(), &config.data, print_step).await?;
    db::migrate(&database.pool).await?;
    Ok(database)
}
