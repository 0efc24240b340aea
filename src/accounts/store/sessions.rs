use sqlx::PgExecutor;
use time::OffsetDateTime;

/// Whether its owner has proved who they are in the last ten minutes.
pub(in crate::accounts) async fn proved_lately(
    db: impl PgExecutor<'_>,
    session: &[u8],
) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"SELECT EXISTS (
               SELECT 1 FROM sessions WHERE id_hash = $1 AND proved_at > now() - interval '10 minutes') AS "yes!""#,
        session
    )
    .fetch_one(db)
    .await
}

pub(in crate::accounts) async fn note_proof(db: impl PgExecutor<'_>, session: &[u8]) -> sqlx::Result<()> {
    sqlx::query!("UPDATE sessions SET proved_at = now() WHERE id_hash = $1", session).execute(db).await?;
    Ok(())
}

pub(in crate::accounts) async fn still_signed_in(
    db: impl PgExecutor<'_>,
    account_id: i64,
    epoch: i32,
    session: &[u8],
) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"SELECT EXISTS (
               SELECT 1 FROM sessions s JOIN accounts a ON a.id = s.account_id
               WHERE s.id_hash = $2 AND s.expires_at > now() AND a.id = $1 AND a.session_epoch = $3 AND a.suspended_at IS NULL) AS "yes!""#,
        account_id,
        session,
        epoch
    )
    .fetch_one(db)
    .await
}

/// Which of these sessions (hash, account, epoch) aren't to be let in any longer.
pub(in crate::accounts) async fn ended_sessions(
    db: impl PgExecutor<'_>,
    sessions: &[(Vec<u8>, i64, i32)],
) -> sqlx::Result<Vec<Vec<u8>>> {
    let hashes: Vec<&[u8]> = sessions.iter().map(|(hash, ..)| &hash[..]).collect();
    let accounts: Vec<i64> = sessions.iter().map(|(_, account, _)| *account).collect();
    let epochs: Vec<i32> = sessions.iter().map(|(.., epoch)| *epoch).collect();
    sqlx::query_scalar!(
        r#"SELECT k.hash AS "hash!" FROM unnest($1::bytea[], $2::bigint[], $3::integer[]) AS k (hash, account_id, epoch)
           WHERE NOT EXISTS (
               SELECT 1 FROM sessions s JOIN accounts a ON a.id = s.account_id
               WHERE s.id_hash = k.hash AND s.expires_at > now() AND a.id = k.account_id
                 AND a.session_epoch = k.epoch AND a.suspended_at IS NULL)"#,
        &hashes as &[&[u8]],
        &accounts,
        &epochs
    )
    .fetch_all(db)
    .await
}

/// Ends all sessions, and those that are just being made; the epoch of the ones to come.
pub(in crate::accounts) async fn end_sessions(db: impl PgExecutor<'_>, account_id: i64) -> sqlx::Result<i32> {
    sqlx::query_scalar!(
        "WITH ended AS (DELETE FROM sessions WHERE account_id = $1)
         UPDATE accounts SET session_epoch = session_epoch + 1 WHERE id = $1 RETURNING session_epoch",
        account_id
    )
    .fetch_one(db)
    .await
}

/// A session as its owner sees it.
pub(in crate::accounts) struct OpenSession {
    pub id_hash: Vec<u8>,
    /// `browser`, `app` or `personal`.
    pub kind: String,
    /// Of an app or a token.
    pub name: String,
    pub scopes: Vec<String>,
    pub device: Option<String>,
    pub network: Option<String>,
    pub since: OffsetDateTime,
    pub seen_hour: Option<i64>,
    pub last_used_at: Option<OffsetDateTime>,
}

/// The newest first.
pub(in crate::accounts) async fn open_sessions(
    db: impl PgExecutor<'_>,
    account_id: i64,
    limit: i64,
) -> sqlx::Result<Vec<OpenSession>> {
    sqlx::query_as!(
        OpenSession,
        r#"SELECT id_hash, kind, name, scopes, data->>'device' AS device, data->>'network' AS network, created_at AS since,
                  (data->>'seen_hour')::bigint AS seen_hour, last_used_at
           FROM sessions WHERE account_id = $1 AND expires_at > now()
           ORDER BY created_at DESC LIMIT $2"#,
        account_id,
        limit
    )
    .fetch_all(db)
    .await
}

pub(in crate::accounts) async fn end_session(
    db: impl PgExecutor<'_>,
    account_id: i64,
    session: &[u8],
) -> sqlx::Result<bool> {
    let done =
        sqlx::query!("DELETE FROM sessions WHERE account_id = $1 AND id_hash = $2", account_id, session);
    Ok(done.execute(db).await?.rows_affected() > 0)
}

/// Which they were.
pub(in crate::accounts) async fn end_other_sessions(
    db: impl PgExecutor<'_>,
    account_id: i64,
    session: &[u8],
) -> sqlx::Result<Vec<Vec<u8>>> {
    sqlx::query_scalar!(
        "DELETE FROM sessions WHERE account_id = $1 AND id_hash <> $2 RETURNING id_hash",
        account_id,
        session
    )
    .fetch_all(db)
    .await
}
