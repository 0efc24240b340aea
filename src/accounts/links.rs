//! Links in letters: single-use tokens (a capability URL), of which only the SHA-256 is stored.
//!
//! A link is bound to the address that it was sent to. Opening it shows a button, and pressing that acts: mail
//! scanners open every link they see. Issuing one takes the place of the one before, but of undo links, which stand
//! until they are used or too old, whatever else is asked for meanwhile.

use sha2::{Digest as _, Sha256};
use sqlx::{PgConnection, PgExecutor, PgPool};

use super::{
    link::{Link, Purpose},
    store,
};

/// 256 random bits in hex.
fn new_token() -> String {
    rand::random::<[u8; 32]>().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn hash(token: &str) -> Vec<u8> {
    Sha256::digest(token.as_bytes()).to_vec()
}

/// A new link's token, for a letter that is sent now and never stored.
pub(super) async fn issue(
    db: &PgPool,
    account_id: i64,
    purpose: Purpose,
    email: &str,
) -> sqlx::Result<String> {
    let token = new_token();
    let link = Link { account_id, email: email.to_owned() };
    store::links::replace(db, &hash(&token), &link, purpose, purpose.ttl()).await?;
    Ok(token)
}

/// Whether it would do anything, for the page with the button.
pub(super) async fn find(
    db: impl PgExecutor<'_>,
    purpose: Purpose,
    token: &str,
) -> sqlx::Result<Option<Link>> {
    store::links::find(db, &hash(token), purpose).await
}

/// Forgets those that are too old; run now and then.
pub async fn sweep_links(db: &PgPool) -> sqlx::Result<u64> {
    store::links::delete_expired(db).await
}

/// Uses it up: of two at once one gets it.
pub(super) async fn take(tx: &mut PgConnection, purpose: Purpose, token: &str) -> sqlx::Result<Option<Link>> {
    store::links::take(tx, &hash(token), purpose).await
}
