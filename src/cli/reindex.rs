//! `haggle reindex`: the search index anew, here and on every node.

use super::open_database::open_unmigrated;
use crate::{catalog::IndexHome, config::Config, products};

pub async fn run(config: &Config) -> anyhow::Result<()> {
    let database = open_unmigrated(config).await?;
    let asked = products::rebuild_indexes(&database.pool).await;
    database.close().await;
    asked?;
    // For a node that isn't running: it builds at its next start. One that runs has heard of it.
    IndexHome::of(&config.data).forget()?;
    println!("Every node that runs builds its search index anew, and answers from the old one meanwhile;");
    println!("this one, if it doesn't run, at its next start.");
    Ok(())
}
