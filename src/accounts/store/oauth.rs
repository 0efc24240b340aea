//! OAuth's clients, codes and refresh tokens.

use sqlx::{PgConnection, PgExecutor, PgPool};
use time::{Duration, OffsetDateTime};

pub(in crate::accounts) struct ClientRow {
    pub client_id: String,
    pub name: String,
    pub is_first_party: bool,
    pub redirect_uris: Vec<String>,
}

pub(in crate::accounts) async fn client(
    db: impl PgExecutor<'_>,
    client_id: &str,
) -> sqlx::Result<Option<ClientRow>> {
    sqlx::query_as!(
        ClientRow,
        "SELECT client_id, name, is_first_party, redirect_uris FROM oauth_clients WHERE client_id = $1",
        client_id
    )
    .fetch_optional(db)
    .await
}

/// An app as admins see it.
#[derive(Clone, Debug)]
pub struct App {
    pub client_id: String,
    pub name: String,
    pub is_first_party: bool,
    pub redirect_uris: Vec<String>,
    pub created_at: OffsetDateTime,
    /// Who added it.
    pub created_by: Option<String>,
    /// Grants that hold.
    pub grants: i64,
}

pub(in crate::accounts) async fn clients(db: impl PgExecutor<'_>) -> sqlx::Result<Vec<App>> {
    sqlx::query_as!(
        App,
        r#"SELECT c.client_id, c.name, c.is_first_party, c.redirect_uris, c.created_at, a.name AS "created_by?",
                  (SELECT count(*) FROM sessions s WHERE s.client_id = c.client_id AND s.expires_at > now()) AS "grants!"
           FROM oauth_clients c LEFT JOIN accounts a ON a.id = c.created_by
           ORDER BY c.is_first_party DESC, c.created_at DESC, c.client_id"#
    )
    .fetch_all(db)
    .await
}

/// False if there are `max` already.
pub(in crate::accounts) async fn insert_client(
    tx: &mut PgConnection,
    client_id: &str,
    name: &str,
    redirect_uris: &[String],
    admin_id: i64,
    max: i64,
) -> sqlx::Result<bool> {
    sqlx::query!("SELECT pg_advisory_xact_lock(hashtext('oauth_clients'))").execute(&mut *tx).await?;
    let made = sqlx::query!(
        "INSERT INTO oauth_clients (client_id, name, redirect_uris, created_by)
         SELECT $1, $2, $3, $4 WHERE (SELECT count(*) FROM oauth_clients WHERE NOT is_first_party) < $5",
        client_id,
        name,
        redirect_uris,
        admin_id,
        max
    );
    Ok(made.execute(tx).await?.rows_affected() > 0)
}

/// Its name and the grants that have ended with it; never the marketplace's own.
pub(in crate::accounts) async fn remove_client(
    tx: &mut PgConnection,
    client_id: &str,
) -> sqlx::Result<Option<(String, Vec<Vec<u8>>)>> {
    // From here on no grant of it is made.
    let name = sqlx::query_scalar!(
        "SELECT name FROM oauth_clients WHERE client_id = $1 AND NOT is_first_party FOR UPDATE",
        client_id
    );
    let Some(name) = name.fetch_optional(&mut *tx).await? else { return Ok(None) };
    let ended = sqlx::query_scalar!("DELETE FROM sessions WHERE client_id = $1 RETURNING id_hash", client_id);
    let ended = ended.fetch_all(&mut *tx).await?;
    sqlx::query!("DELETE FROM oauth_clients WHERE client_id = $1", client_id).execute(tx).await?;
    Ok(Some((name, ended)))
}

pub(in crate::accounts) struct NewCode<'a> {
    pub code_hash: &'a [u8],
    pub client_id: &'a str,
    /// Of the browser that allowed it.
    pub session: &'a [u8],
    pub redirect_uri: &'a str,
    pub challenge: &'a str,
    pub scopes: &'a [String],
}

/// In place of what this browser was given for this app before: there are no more codes than sessions and apps.
pub(in crate::accounts) async fn replace_code(
    db: &PgPool,
    new: &NewCode<'_>,
    lifetime: Duration,
) -> sqlx::Result<()> {
    let mut tx = db.begin().await?;
    sqlx::query!(
        "DELETE FROM oauth_codes WHERE session_id_hash = $1 AND client_id = $2 AND used_at IS NULL",
        new.session,
        new.client_id
    )
    .execute(&mut *tx)
    .await?;
    sqlx::query!(
        "INSERT INTO oauth_codes (code_hash, client_id, session_id_hash, redirect_uri, challenge, scopes, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, now() + make_interval(secs => $7))",
        new.code_hash,
        new.client_id,
        new.session,
        new.redirect_uri,
        new.challenge,
        new.scopes,
        lifetime.as_seconds_f64()
    )
    .execute(&mut *tx)
    .await?;
    tx.commit().await
}

/// A code, and whose it is.
pub(in crate::accounts) struct LockedCode {
    pub client_id: String,
    pub redirect_uri: String,
    pub challenge: String,
    pub scopes: Vec<String>,
    pub is_used: bool,
    pub is_fresh: bool,
    /// Of the browser that allowed it, or of the grant that it made.
    pub session: Vec<u8>,
    pub account_id: i64,
    pub epoch: i32,
    /// That browser is signed in, and the account may have apps.
    pub is_session_good: bool,
}

/// Of several who come with it, one after the other.
pub(in crate::accounts) async fn lock_code(
    tx: &mut PgConnection,
    code_hash: &[u8],
) -> sqlx::Result<Option<LockedCode>> {
    let lock = sqlx::query!("SELECT 1 AS one FROM oauth_codes WHERE code_hash = $1 FOR UPDATE", code_hash);
    if lock.fetch_optional(&mut *tx).await?.is_none() {
        return Ok(None);
    }
    // A statement of its own, which sees what the one before has written.
    sqlx::query_as!(
        LockedCode,
        r#"SELECT c.client_id, c.redirect_uri, c.challenge, c.scopes, c.used_at IS NOT NULL AS "is_used!",
                  c.expires_at > now() AS "is_fresh!", s.id_hash AS session, a.id AS account_id, a.session_epoch AS epoch,
                  (s.expires_at > now() AND coalesce((s.data->>'epoch')::integer, 0) = a.session_epoch
                   AND a.suspended_at IS NULL AND a.admission = 'admitted' AND NOT a.is_admin) AS "is_session_good!"
           FROM oauth_codes c
           JOIN sessions s ON s.id_hash = c.session_id_hash
           JOIN accounts a ON a.id = s.account_id
           WHERE c.code_hash = $1"#,
        code_hash
    )
    .fetch_optional(tx)
    .await
}

/// From now on it is the grant's, and ends it when it comes again.
pub(in crate::accounts) async fn use_code(
    tx: &mut PgConnection,
    code_hash: &[u8],
    session: &[u8],
) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE oauth_codes SET used_at = now(), session_id_hash = $2 WHERE code_hash = $1",
        code_hash,
        session
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Those of more than a day ago: until then a second use shows that somebody else saw it.
pub(in crate::accounts) async fn delete_old_codes(db: impl PgExecutor<'_>) -> sqlx::Result<()> {
    let done = sqlx::query!(
        "DELETE FROM oauth_codes
         WHERE expires_at < now() AND (used_at IS NULL OR expires_at < now() - interval '1 day')"
    );
    done.execute(db).await.map(drop)
}

pub(in crate::accounts) async fn insert_refresh(
    tx: &mut PgConnection,
    session: &[u8],
    family_hash: &[u8],
    current_hash: &[u8],
    access_hash: &[u8],
) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO refresh_tokens (session_id_hash, family_hash, current_hash, access_hash) VALUES ($1, $2, $3, $4)",
        session,
        family_hash,
        current_hash,
        access_hash
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// A grant's refresh token.
pub(in crate::accounts) struct Refreshed {
    pub session: Vec<u8>,
    pub current_hash: Vec<u8>,
    pub previous_hash: Option<Vec<u8>>,
    pub salt: Option<Vec<u8>>,
    pub client_id: Option<String>,
    pub scopes: Vec<String>,
    pub account_id: i64,
    pub is_account_good: bool,
}

/// Of several who come with one of a family, one after the other. Nothing, if the grant is over.
pub(in crate::accounts) async fn lock_refresh(
    tx: &mut PgConnection,
    family_hash: &[u8],
) -> sqlx::Result<Option<Refreshed>> {
    let lock = sqlx::query!(
        "SELECT 1 AS one FROM sessions
         WHERE id_hash = (SELECT session_id_hash FROM refresh_tokens WHERE family_hash = $1) FOR UPDATE",
        family_hash
    );
    if lock.fetch_optional(&mut *tx).await?.is_none() {
        return Ok(None);
    }
    // A statement of its own, which sees what the one before has written.
    sqlx::query_as!(
        Refreshed,
        r#"SELECT s.id_hash AS session, r.current_hash, r.previous_hash, r.salt, s.client_id, s.scopes, a.id AS account_id,
                  (s.epoch = a.session_epoch AND a.suspended_at IS NULL AND a.admission = 'admitted'
                   AND NOT a.is_admin) AS "is_account_good!"
           FROM refresh_tokens r
           JOIN sessions s ON s.id_hash = r.session_id_hash
           JOIN accounts a ON a.id = s.account_id
           WHERE r.family_hash = $1 AND s.expires_at > now()"#,
        family_hash
    )
    .fetch_optional(tx)
    .await
}

/// What takes the place of the current pair.
pub(in crate::accounts) struct RotatedRow<'a> {
    pub previous: &'a [u8],
    pub current: &'a [u8],
    pub access: &'a [u8],
    pub salt: &'a [u8],
}

/// The access token of before lives until its hour is over; those before that one don't.
pub(in crate::accounts) async fn rotate(
    tx: &mut PgConnection,
    session: &[u8],
    next: &RotatedRow<'_>,
    lifetime: Duration,
) -> sqlx::Result<()> {
    sqlx::query!(
        "DELETE FROM access_tokens WHERE session_id_hash = $1
           AND token_hash <> (SELECT access_hash FROM refresh_tokens WHERE session_id_hash = $1)",
        session
    )
    .execute(&mut *tx)
    .await?;
    sqlx::query!(
        "UPDATE refresh_tokens SET previous_hash = $2, current_hash = $3, access_hash = $4, salt = $5
         WHERE session_id_hash = $1",
        session,
        next.previous,
        next.current,
        next.access,
        next.salt
    )
    .execute(&mut *tx)
    .await?;
    sqlx::query!(
        "UPDATE sessions SET expires_at = now() + make_interval(secs => $2) WHERE id_hash = $1",
        session,
        lifetime.as_seconds_f64()
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// The grant that has ended; of this app alone, if one is named.
pub(in crate::accounts) async fn end_family(
    db: impl PgExecutor<'_>,
    family_hash: &[u8],
    client_id: Option<&str>,
) -> sqlx::Result<Option<Vec<u8>>> {
    sqlx::query_scalar!(
        "DELETE FROM sessions
         WHERE id_hash = (SELECT session_id_hash FROM refresh_tokens WHERE family_hash = $1)
           AND ($2::text IS NULL OR client_id = $2) RETURNING id_hash",
        family_hash,
        client_id
    )
    .fetch_optional(db)
    .await
}

/// The same by an access token or a personal one.
pub(in crate::accounts) async fn end_by_access(
    db: impl PgExecutor<'_>,
    token_hash: &[u8],
    client_id: Option<&str>,
) -> sqlx::Result<Option<Vec<u8>>> {
    sqlx::query_scalar!(
        "DELETE FROM sessions
         WHERE id_hash = (SELECT session_id_hash FROM access_tokens WHERE token_hash = $1)
           AND ($2::text IS NULL OR client_id = $2 OR client_id IS NULL) RETURNING id_hash",
        token_hash,
        client_id
    )
    .fetch_optional(db)
    .await
}

/// Grants that an account has; see `tokens::MAX_GRANTS`.
pub(in crate::accounts) async fn count_grants(db: impl PgExecutor<'_>, account_id: i64) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"SELECT count(*) AS "count!" FROM sessions WHERE account_id = $1 AND kind <> 'browser' AND expires_at > now()"#,
        account_id
    )
    .fetch_one(db)
    .await
}
