//! `haggle create-admin`: the one way to become an admin.
//!
//! At the first visit of an admin's page it asks for a second factor.

use std::path::Path;

use super::{open_database::open_database, password_input::read_password};
use crate::{
    accounts::{self, Email, Password},
    config::Config,
};

pub async fn run(config: &Config, email: &str, password_file: Option<&Path>) -> anyhow::Result<()> {
    let email = Email::parse(email).map_err(anyhow::Error::msg)?;
    let password = Password::parse(&read_password(password_file)?).map_err(anyhow::Error::msg)?;
    let database = open_database(config).await?;
    let made = accounts::create_admin(&database.pool, &email, &password).await;
    database.close().await;
    made?;
    println!("{} can sign in and run the marketplace.", email.as_str());
    Ok(())
}
