//! The table `passkeys`.

use serde_json::Value;
use sqlx::PgExecutor;
use time::OffsetDateTime;
use uuid::Uuid;

/// Of one account.
const MAX_PER_ACCOUNT: i64 = 20;

pub(in crate::accounts) struct NewPasskey<'a> {
    pub account_id: i64,
    pub credential_id: &'a [u8],
    pub user_handle: Uuid,
    pub credential: &'a Value,
    pub sign_count: i64,
    pub name: &'a str,
}

/// False if somebody has it already, or the account has very many.
pub(in crate::accounts) async fn insert(db: impl PgExecutor<'_>, new: &NewPasskey<'_>) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "INSERT INTO passkeys (account_id, credential_id, user_handle, credential, sign_count, name)
         SELECT $1, $2, $3, $4, $5, $6
         WHERE (SELECT count(*) FROM passkeys WHERE account_id = $1) < $7
         ON CONFLICT ON CONSTRAINT passkeys_credential_id_key DO NOTHING",
        new.account_id,
        new.credential_id,
        new.user_handle,
        new.credential,
        new.sign_count,
        new.name,
        MAX_PER_ACCOUNT
    );
    Ok(done.execute(db).await?.rows_affected() > 0)
}

/// What the account is called by its keys.
pub(in crate::accounts) async fn user_handle(
    db: impl PgExecutor<'_>,
    account_id: i64,
) -> sqlx::Result<Option<Uuid>> {
    sqlx::query_scalar!(
        "SELECT user_handle FROM passkeys WHERE account_id = $1 ORDER BY id LIMIT 1",
        account_id
    )
    .fetch_optional(db)
    .await
}

pub(in crate::accounts) async fn credential_ids(
    db: impl PgExecutor<'_>,
    account_id: i64,
) -> sqlx::Result<Vec<Vec<u8>>> {
    sqlx::query_scalar!("SELECT credential_id FROM passkeys WHERE account_id = $1 ORDER BY id", account_id)
        .fetch_all(db)
        .await
}

pub(in crate::accounts) struct StoredPasskey {
    pub id: i64,
    pub account_id: i64,
    pub user_handle: Uuid,
    pub credential: Value,
    pub sign_count: i64,
}

pub(in crate::accounts) async fn by_credential_id(
    db: impl PgExecutor<'_>,
    credential_id: &[u8],
) -> sqlx::Result<Option<StoredPasskey>> {
    sqlx::query_as!(
        StoredPasskey,
        "SELECT id, account_id, user_handle, credential, sign_count FROM passkeys WHERE credential_id = $1",
        credential_id
    )
    .fetch_optional(db)
    .await
}

/// False if it is gone.
pub(in crate::accounts) async fn note_use(
    db: impl PgExecutor<'_>,
    id: i64,
    sign_count: i64,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "UPDATE passkeys SET last_used_at = now(), sign_count = greatest(sign_count, $2) WHERE id = $1",
        id,
        sign_count
    );
    Ok(done.execute(db).await?.rows_affected() > 0)
}

/// As its owner sees it.
pub(in crate::accounts) struct OwnPasskey {
    pub id: i64,
    pub name: String,
    pub created_at: OffsetDateTime,
    pub last_used_at: Option<OffsetDateTime>,
}

pub(in crate::accounts) async fn of_account(
    db: impl PgExecutor<'_>,
    account_id: i64,
) -> sqlx::Result<Vec<OwnPasskey>> {
    sqlx::query_as!(
        OwnPasskey,
        "SELECT id, name, created_at, last_used_at FROM passkeys WHERE account_id = $1 ORDER BY id",
        account_id
    )
    .fetch_all(db)
    .await
}

/// Those that whoever took an account over may have added, as long as that can be undone.
pub(in crate::accounts) async fn remove_recent(db: impl PgExecutor<'_>, account_id: i64) -> sqlx::Result<()> {
    sqlx::query!(
        "DELETE FROM passkeys WHERE account_id = $1 AND created_at > now() - interval '7 days'",
        account_id
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Its name; nothing if it isn't theirs.
pub(in crate::accounts) async fn remove(
    db: impl PgExecutor<'_>,
    account_id: i64,
    id: i64,
) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar!(
        "DELETE FROM passkeys WHERE account_id = $1 AND id = $2 RETURNING name",
        account_id,
        id
    )
    .fetch_optional(db)
    .await
}
