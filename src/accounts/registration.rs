//! New accounts: a person's through the form, an admin's from the command line.
//!
//! Whether an address is taken is the unique constraint's to say, so two registrations at once
//! can't both win, and it takes the same time either way.

use sqlx::{PgExecutor, PgPool};

use super::{
    hash_queue::Lane,
    mail_jobs::LinkLetter,
    model::{Email, Name, NewAccount, Password},
    password,
    sessions::SessionOwner,
    state::ConfirmationPolicy,
    store,
};
use crate::web::Result;

pub(super) enum Registration {
    Created(SessionOwner),
    /// Another account has this address.
    EmailTaken,
}

/// Hashes first, whether the address is free or not: the time of an answer doesn't tell which.
pub(super) async fn register(
    db: &PgPool,
    lane: Lane,
    policy: ConfirmationPolicy,
    new: &NewAccount,
) -> Result<Registration> {
    let hash = password::hash_in(lane, &new.password).await?;
    let mut tx = db.begin().await?;
    match store::accounts::insert_person(&mut tx, &new.email, &new.name, &hash, new.role).await {
        Ok(id) => {
            if policy == ConfirmationPolicy::Demanded {
                store::addresses::demand_confirmation(&mut *tx, id).await?;
                LinkLetter::Confirm { account_id: id }.enqueue(&mut *tx).await?;
            }
            tx.commit().await?;
            Ok(Registration::Created(SessionOwner { account_id: id, epoch: 0 }))
        }
        Err(sqlx::Error::Database(e)) if e.constraint() == Some("accounts_email_key") => {
            Ok(Registration::EmailTaken)
        }
        Err(error) => Err(error.into()),
    }
}

/// An account that runs the place: no `Buyer`, no `Customer`, no part in any room.
pub async fn create_admin(db: &PgPool, email: &Email, password: &Password) -> anyhow::Result<i64> {
    let hash = password::hash(password).await?;
    let name = Name::of_staff("Admin").map_err(anyhow::Error::msg)?;
    match store::accounts::insert_account(db, email, &name, &hash, true).await {
        Err(sqlx::Error::Database(e)) if e.constraint() == Some("accounts_email_key") => {
            anyhow::bail!("{} already has an account", email.as_str())
        }
        result => Ok(result?),
    }
}

/// Whether nobody has an account yet.
pub async fn has_no_accounts(db: impl PgExecutor<'_>) -> Result<bool> {
    Ok(store::accounts::has_no_accounts(db).await?)
}

/// Where no letters are sent, nobody waits for one: also who registered while some were. How many waited.
pub async fn demand_no_confirmations(db: &PgPool) -> Result<u64> {
    Ok(store::addresses::demand_no_confirmations(db).await?)
}
