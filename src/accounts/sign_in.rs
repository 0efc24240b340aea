//! Checking who somebody is.

use sqlx::PgPool;

use super::{Email, password, sessions::SessionOwner, store};
use crate::web::Result;

pub(super) enum SignIn {
    Account(SessionOwner),
    Wrong,
    Suspended,
}

/// Checks a password. That somebody is suspended is told only to who knows it.
pub(super) async fn check_credentials(db: &PgPool, email: &Email, attempt: &str) -> Result<SignIn> {
    let found = store::credentials(db, email).await?;
    let right = password::verify(attempt, found.as_ref().map(|found| found.password_hash.clone())).await?;
    Ok(match found {
        Some(found) if right && found.suspended => SignIn::Suspended,
        Some(found) if right => {
            SignIn::Account(SessionOwner { account_id: found.id, epoch: found.session_epoch })
        }
        _ => SignIn::Wrong,
    })
}
