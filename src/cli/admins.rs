//! `haggle admins`: who runs the place.

use super::open_database::open_unmigrated;
use crate::{accounts, config::Config};

pub async fn run(config: &Config) -> anyhow::Result<()> {
    let database = open_unmigrated(config).await?;
    let admins = accounts::admins(&database.pool).await;
    database.close().await;
    let admins = admins?;
    if admins.is_empty() {
        println!("There is no admin: `haggle create-admin` makes one.");
    }
    for admin in admins {
        let factor = if admin.has_second_factor { "with a second factor" } else { "without a second factor" };
        let suspended = if admin.is_suspended { ", suspended" } else { "" };
        println!("{}  {}, {factor}{suspended}", admin.email, admin.name);
    }
    Ok(())
}
