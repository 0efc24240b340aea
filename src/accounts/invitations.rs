//! Invitations: links that let somebody register where not everybody may.
//!
//! The link is shown once; the row has its hash. Invariant: an invitation never lets in more people than it says, because
//! a use is counted in the transaction that makes the account.

use rand::RngCore as _;
use sha2::{Digest as _, Sha256};
use sqlx::{PgConnection, PgExecutor};
use time::{Duration, OffsetDateTime};

use super::store::invitations as store;

pub use store::Invitation;

/// People whom one link may let in, at most, and days for which it may hold.
pub const MAX_USES: i32 = 1000;
pub const MAX_DAYS: i64 = 365;
/// Links that hold at one time.
pub const MAX_OPEN: i64 = 200;

/// What stands in a link: 128 random bits, in hex.
#[derive(Clone)]
pub struct InvitationToken(String);

impl InvitationToken {
    fn random() -> Self {
        let mut bytes = [0; 16];
        rand::rng().fill_bytes(&mut bytes);
        InvitationToken(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
    }

    /// None for what can't be one.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let is_hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        (text.len() == 32 && text.bytes().all(is_hex)).then(|| InvitationToken(text.to_owned()))
    }

    /// The link's path and query.
    pub fn path(&self) -> String {
        format!("/register?invite={}", self.0)
    }

    pub(super) fn hash(&self) -> Vec<u8> {
        Sha256::digest(&self.0).to_vec()
    }
}

/// A form's valid content.
#[derive(Clone, Debug)]
pub struct NewInvitation {
    /// For whom, as admins remember it.
    pub note: String,
    pub uses: i32,
    pub days: i64,
}

/// In the caller's transaction; nothing if too many links hold already.
pub async fn invite(
    tx: &mut PgConnection,
    new: &NewInvitation,
    admin_id: i64,
) -> sqlx::Result<Option<InvitationToken>> {
    let expires_at = OffsetDateTime::now_utc() + Duration::days(new.days);
    let token = InvitationToken::random();
    let made = store::insert(tx, &token.hash(), &new.note, new.uses, expires_at, admin_id, MAX_OPEN).await?;
    Ok(made.then_some(token))
}

/// The newest first, those that hold no longer too.
pub async fn invitations(db: impl PgExecutor<'_>, limit: i64) -> sqlx::Result<Vec<Invitation>> {
    store::latest(db, limit).await
}

/// Answers its note; nothing if it holds no longer anyhow.
pub async fn revoke_invitation(db: impl PgExecutor<'_>, id: i64) -> sqlx::Result<Option<String>> {
    store::revoke(db, id).await
}

/// Whether a link lets somebody in now.
pub(super) async fn holds(db: impl PgExecutor<'_>, token: &InvitationToken) -> sqlx::Result<bool> {
    store::holds(db, &token.hash()).await
}

/// Counts one use; false if the link doesn't hold.
pub(super) async fn use_one(db: impl PgExecutor<'_>, token: &InvitationToken) -> sqlx::Result<bool> {
    store::use_one(db, &token.hash()).await
}
