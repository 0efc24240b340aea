//! `haggle create-admin`: the one way to become an admin.

use super::open_database::open_database;
use crate::{
    accounts::{self, Email, Password},
    config::Config,
};

pub async fn run(config: &Config, email: &str, password: &str) -> anyhow::Result<()> {
    let email = Email::parse(email).map_err(anyhow::Error::msg)?;
    let password = Password::parse(password).map_err(anyhow::Error::msg)?;
    let database = open_database(config).await?;
    let made = accounts::create_admin(&database.pool, &email, &password).await;
    database.close().await;
    made?;
    println!("{} can sign in and run the marketplace.", email.as_str());
    Ok(())
}
