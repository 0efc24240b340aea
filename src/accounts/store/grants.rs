//! Grants, which are rows of `sessions` that no cookie opens, and the access tokens that open them.

use sqlx::{PgConnection, PgExecutor, PgPool};
use time::{Duration, OffsetDateTime};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::accounts) enum GrantKind {
    App,
    Personal,
}

impl GrantKind {
    fn code(self) -> &'static str {
        match self {
            Self::App => "app",
            Self::Personal => "personal",
        }
    }
}

pub(in crate::accounts) struct NewGrant<'a> {
    pub session: &'a [u8],
    pub account_id: i64,
    pub epoch: i32,
    pub kind: GrantKind,
    pub name: &'a str,
    pub client_id: Option<&'a str>,
    pub scopes: &'a [String],
    pub expires_at: OffsetDateTime,
}

/// False for an account that has `max` already, runs the place, is suspended, or all of whose sessions have ended since.
pub(in crate::accounts) async fn insert(
    tx: &mut PgConnection,
    grant: &NewGrant<'_>,
    max: i64,
) -> sqlx::Result<bool> {
    // Those that are made at the same moment are counted one after the other.
    let account = sqlx::query_scalar!(
        "SELECT id FROM accounts WHERE id = $1 AND session_epoch = $2 AND suspended_at IS NULL AND NOT is_admin
         FOR NO KEY UPDATE",
        grant.account_id,
        grant.epoch
    );
    if account.fetch_optional(&mut *tx).await?.is_none() {
        return Ok(false);
    }
    let made = sqlx::query!(
        "INSERT INTO sessions (id_hash, account_id, epoch, kind, name, client_id, scopes, expires_at, data, proved_at)
         SELECT $1, $2, $3, $4, $5, $6, $7, $8, '{}', NULL
         WHERE (SELECT count(*) FROM sessions
                WHERE account_id = $2 AND kind <> 'browser' AND expires_at > now()) < $9",
        grant.session,
        grant.account_id,
        grant.epoch,
        grant.kind.code(),
        grant.name,
        grant.client_id,
        grant.scopes,
        grant.expires_at,
        max
    );
    Ok(made.execute(tx).await?.rows_affected() > 0)
}

/// One that was given before holds as long as from now.
pub(in crate::accounts) async fn insert_access(
    tx: &mut PgConnection,
    session: &[u8],
    token_hash: &[u8],
    lifetime: Duration,
) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO access_tokens (token_hash, session_id_hash, expires_at)
         VALUES ($1, $2, now() + make_interval(secs => $3))
         ON CONFLICT ON CONSTRAINT access_tokens_pkey DO UPDATE SET expires_at = excluded.expires_at",
        token_hash,
        session,
        lifetime.as_seconds_f64()
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Whoever a token acts for, with its grant.
pub(in crate::accounts) struct TokenOwner {
    pub session: Vec<u8>,
    pub scopes: Vec<String>,
    pub epoch: i32,
    /// It hasn't been used this hour, or the refresh token before it still works.
    pub is_use_due: bool,
    /// Of the token or the grant, whichever is first.
    pub expires_at: OffsetDateTime,
    pub account_id: i64,
    pub email: String,
    pub name: String,
    pub about_line: String,
    pub photo_key: Option<String>,
    pub email_confirmed: bool,
    pub must_confirm_email: bool,
    pub email_bounced: bool,
    pub has_second_factor: bool,
    pub is_demo: bool,
    pub delete_after: Option<OffsetDateTime>,
    pub buyer_id: Option<i64>,
    pub seller_id: Option<i64>,
}

/// Nothing, if token or grant have ended, or the account isn't admitted, is suspended, runs the place, or has ended all of
/// its sessions since.
pub(in crate::accounts) async fn find(
    db: impl PgExecutor<'_>,
    token_hash: &[u8],
) -> sqlx::Result<Option<TokenOwner>> {
    sqlx::query_as!(
        TokenOwner,
        r#"SELECT s.id_hash AS session, s.scopes, a.session_epoch AS epoch,
                  (s.last_used_at IS NULL OR s.last_used_at < now() - interval '1 hour'
                   OR EXISTS (SELECT 1 FROM refresh_tokens r
                              WHERE r.session_id_hash = s.id_hash AND r.access_hash = $1
                                AND r.previous_hash IS NOT NULL)) AS "is_use_due!",
                  least(t.expires_at, s.expires_at) AS "expires_at!",
                  a.id AS account_id, a.email, a.name, a.about_line, a.photo_key,
                  a.email_confirmed_at IS NOT NULL AS "email_confirmed!", a.must_confirm_email,
                  EXISTS (SELECT 1 FROM bounced_addresses WHERE email = a.email) AS "email_bounced!",
                  EXISTS (SELECT 1 FROM second_factors WHERE account_id = a.id) AS "has_second_factor!",
                  a.is_demo, a.delete_after, b.id AS "buyer_id?", c.id AS "seller_id?"
           FROM access_tokens t
           JOIN sessions s ON s.id_hash = t.session_id_hash
           JOIN accounts a ON a.id = s.account_id AND a.session_epoch = s.epoch
           LEFT JOIN buyers b ON b.account_id = a.id
           LEFT JOIN customers c ON c.account_id = a.id
           WHERE t.token_hash = $1 AND t.expires_at > now() AND s.expires_at > now() AND s.kind <> 'browser'
             AND a.suspended_at IS NULL AND a.admission = 'admitted' AND NOT a.is_admin"#,
        token_hash
    )
    .fetch_optional(db)
    .await
}

/// And that the pair of this token has arrived: from now on the refresh token before it was stolen.
pub(in crate::accounts) async fn note_use(
    db: &PgPool,
    session: &[u8],
    token_hash: &[u8],
) -> sqlx::Result<()> {
    let mut tx = db.begin().await?;
    // In the order in which refreshing locks them.
    sqlx::query!("UPDATE sessions SET last_used_at = now() WHERE id_hash = $1", session)
        .execute(&mut *tx)
        .await?;
    sqlx::query!(
        "UPDATE refresh_tokens SET previous_hash = NULL WHERE session_id_hash = $1 AND access_hash = $2",
        session,
        token_hash
    )
    .execute(&mut *tx)
    .await?;
    tx.commit().await
}

/// A grant as its owner sees it.
pub(in crate::accounts) struct OwnToken {
    pub id_hash: Vec<u8>,
    pub name: String,
    pub scopes: Vec<String>,
    pub created_at: OffsetDateTime,
    pub expires_at: OffsetDateTime,
    pub last_used_at: Option<OffsetDateTime>,
}

/// The newest first.
pub(in crate::accounts) async fn personal_tokens(
    db: impl PgExecutor<'_>,
    account_id: i64,
) -> sqlx::Result<Vec<OwnToken>> {
    sqlx::query_as!(
        OwnToken,
        "SELECT id_hash, name, scopes, created_at, expires_at, last_used_at FROM sessions
         WHERE account_id = $1 AND kind = 'personal' AND expires_at > now() ORDER BY created_at DESC, id_hash",
        account_id
    )
    .fetch_all(db)
    .await
}

/// Of grants that go on: the others' go with them.
pub(in crate::accounts) async fn delete_expired(db: impl PgExecutor<'_>) -> sqlx::Result<()> {
    sqlx::query!("DELETE FROM access_tokens WHERE expires_at < now()").execute(db).await.map(drop)
}

/// Whether this is a personal token of theirs, rather than an app or a browser.
pub(in crate::accounts) async fn is_personal(
    db: impl PgExecutor<'_>,
    account_id: i64,
    session: &[u8],
) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"SELECT EXISTS (
               SELECT 1 FROM sessions WHERE account_id = $1 AND id_hash = $2 AND kind = 'personal') AS "yes!""#,
        account_id,
        session
    )
    .fetch_one(db)
    .await
}
