//! `haggle reset-password`: a new password for somebody who can't sign in, above all the only admin. Noted in the audit
//! log, and everybody who was signed in to the account is signed out.

use std::path::Path;

use anyhow::Context as _;

use super::{open_database::open_database, password_input::read_password};
use crate::{
    accounts::{self, Email, Password},
    admin::{self, AuditAction},
    config::Config,
};

pub async fn run(
    config: &Config,
    email: &str,
    password_file: Option<&Path>,
    without_second_factor: bool,
) -> anyhow::Result<()> {
    let email = Email::parse_stored(email).map_err(anyhow::Error::msg)?;
    let password =
        Password::parse_for(&read_password(password_file)?, email.as_str()).map_err(anyhow::Error::msg)?;
    let database = open_database(config).await?;
    let mut tx = database.pool.begin().await?;
    let id = accounts::set_password(&mut tx, &email, &password)
        .await?
        .with_context(|| format!("{} has no account", email.as_str()))?;
    admin::record_command(&mut *tx, AuditAction::SetPassword, email.as_str()).await?;
    if without_second_factor {
        // The sessions are over already.
        let _ = accounts::remove_second_factor(&mut tx, id).await?;
        admin::record_command(&mut *tx, AuditAction::RemoveSecondFactor, email.as_str()).await?;
    }
    tx.commit().await?;
    database.close().await;
    println!("{} has the new password, and is signed out everywhere.", email.as_str());
    Ok(())
}
