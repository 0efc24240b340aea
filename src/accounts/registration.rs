//! New accounts: a person's through the form, an admin's from the command line.
//!
//! Whether an address is taken is the unique constraint's to say, so two registrations at once
//! can't both win, and it takes the same time either way.

use sqlx::{PgConnection, PgExecutor, PgPool};

use super::{
    hash_queue::Lane,
    invitations::{self, InvitationToken},
    mail_jobs::LinkLetter,
    model::{Email, Name, NewAccount, Password},
    password::{self, Hash},
    sessions::SessionOwner,
    state::ConfirmationPolicy,
    store,
};
use crate::{
    legal::Agreement,
    web::{Registration as Policy, Result},
};

pub(super) enum Registration {
    Created(SessionOwner),
    /// The same, and an admin has to admit them.
    Waiting(SessionOwner),
    /// The link holds no longer, or there was none where one is needed.
    NotInvited,
    /// Another account has this address.
    EmailTaken,
}

/// On what terms somebody registers.
pub(super) struct Terms<'a> {
    pub policy: Policy,
    pub confirmation: ConfirmationPolicy,
    /// Of the link that they came by.
    pub invitation: Option<&'a InvitationToken>,
    pub agreement: &'a Agreement,
}

/// Hashes first, whether the address is free or not: the time of an answer doesn't tell which. An invitation lets in
/// where people would have to wait, too.
pub(super) async fn register(
    db: &PgPool,
    lane: Lane,
    new: &NewAccount,
    terms: &Terms<'_>,
) -> Result<Registration> {
    let hash = password::hash_in(lane, &new.password).await?;
    let mut tx = db.begin().await?;
    let is_invited = match terms.invitation {
        Some(token) if terms.policy != Policy::Open => invitations::use_one(&mut *tx, token).await?,
        _ => false,
    };
    if terms.policy == Policy::Invitation && !is_invited {
        return Ok(Registration::NotInvited);
    }
    match store::accounts::insert_person(&mut tx, &new.email, &new.name, &hash, new.role).await {
        Ok(id) => {
            if terms.confirmation == ConfirmationPolicy::Demanded {
                store::addresses::demand_confirmation(&mut *tx, id).await?;
                LinkLetter::Confirm { account_id: id }.enqueue(&mut *tx).await?;
            }
            terms.agreement.record(&mut *tx, id).await?;
            let waits = terms.policy == Policy::Approval && !is_invited;
            if waits {
                store::admission::set_waiting(&mut *tx, id).await?;
            }
            tx.commit().await?;
            let owner = SessionOwner { account_id: id, epoch: 0 };
            Ok(if waits { Registration::Waiting(owner) } else { Registration::Created(owner) })
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

/// What became of a form that wants to make the first admin.
pub enum FirstAdmin {
    Created(i64),
    /// There is an admin already.
    NotFirst,
    EmailTaken,
}

/// In the caller's transaction, one after the other.
pub async fn create_first_admin(tx: &mut PgConnection, email: &Email, hash: &Hash) -> Result<FirstAdmin> {
    store::accounts::lock_admins(&mut *tx).await?;
    if !store::accounts::has_no_admin(&mut *tx).await? {
        return Ok(FirstAdmin::NotFirst);
    }
    let name = Name::of_staff("Admin").map_err(anyhow::Error::msg)?;
    match store::accounts::insert_account(tx, email, &name, hash, true).await {
        Ok(id) => Ok(FirstAdmin::Created(id)),
        Err(sqlx::Error::Database(e)) if e.constraint() == Some("accounts_email_key") => {
            Ok(FirstAdmin::EmailTaken)
        }
        Err(error) => Err(error.into()),
    }
}

/// Whether nobody runs the place yet.
pub async fn has_no_admin(db: impl PgExecutor<'_>) -> Result<bool> {
    Ok(store::accounts::has_no_admin(db).await?)
}

/// Whether nobody has an account yet.
pub async fn has_no_accounts(db: impl PgExecutor<'_>) -> Result<bool> {
    Ok(store::accounts::has_no_accounts(db).await?)
}

/// Where no letters are sent, nobody waits for one: also who registered while some were. How many waited.
pub async fn demand_no_confirmations(db: &PgPool) -> Result<u64> {
    Ok(store::addresses::demand_no_confirmations(db).await?)
}
