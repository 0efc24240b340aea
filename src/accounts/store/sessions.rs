use sqlx::PgExecutor;

/// The account behind a session, with its profiles.
pub(in crate::accounts) struct SessionAccount {
    pub email: String,
    pub name: String,
    pub is_admin: bool,
    pub buyer_id: Option<i64>,
    pub seller_id: Option<i64>,
}

/// Nothing, if the account is suspended or all of its sessions have ended since.
pub(in crate::accounts) async fn session_account(
    db: impl PgExecutor<'_>,
    account_id: i64,
    epoch: i32,
) -> sqlx::Result<Option<SessionAccount>> {
    sqlx::query_as!(
        SessionAccount,
        r#"SELECT a.email, a.name, a.is_admin, b.id AS "buyer_id?", c.id AS "seller_id?"
           FROM accounts a
           LEFT JOIN buyers b ON b.account_id = a.id
           LEFT JOIN customers c ON c.account_id = a.id
           WHERE a.id = $1 AND a.session_epoch = $2 AND a.suspended_at IS NULL"#,
        account_id,
        epoch
    )
    .fetch_optional(db)
    .await
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
