//! The rows of `stored_photos`, one for each photo in the store, and their moves from state to state.

use sqlx::{PgConnection, PgExecutor};
use time::OffsetDateTime;

use super::super::{photos::PhotoKey, quota::Stored};

/// Before the files are there.
pub(in super::super) async fn insert_pending(
    db: impl PgExecutor<'_>,
    folder: &str,
    keys: &[String],
    account_id: Option<i64>,
    bytes: i64,
) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO stored_photos (key, folder, account_id, bytes) SELECT key, $2, $3, $4 FROM unnest($1::text[]) key",
        keys,
        folder,
        account_id,
        bytes
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Locks the account, so that its photos come one after the other, and sums up what it has stored. What was taken away
/// counts for the day, and photos of deleted products no longer in all.
pub(in super::super) async fn lock_stored(tx: &mut PgConnection, account_id: i64) -> sqlx::Result<Stored> {
    let account_since =
        sqlx::query_scalar!("SELECT created_at FROM accounts WHERE id = $1 FOR NO KEY UPDATE", account_id)
            .fetch_one(&mut *tx)
            .await?;
    let row = sqlx::query!(
        r#"SELECT coalesce(sum(s.bytes) FILTER (
                      WHERE s.state IN ('pending', 'named') AND p.deleted_at IS NULL), 0)::bigint AS "in_all!",
                  coalesce(sum(s.bytes) FILTER (
                      WHERE s.stored_at > now() - interval '1 day'), 0)::bigint AS "last_day!"
           FROM stored_photos s
           LEFT JOIN photos f ON f.key = s.key
           LEFT JOIN products p ON p.id = f.product_id
           WHERE s.account_id = $1"#,
        account_id
    )
    .fetch_one(tx)
    .await?;
    Ok(Stored { account_since, last_day: row.last_day, in_all: row.in_all })
}

/// When the photo was stored whose leaving the last day makes room for all but `room` bytes of it.
pub(in super::super) async fn full_since(
    db: impl PgExecutor<'_>,
    account_id: i64,
    room: i64,
) -> sqlx::Result<Option<OffsetDateTime>> {
    sqlx::query_scalar!(
        "SELECT stored_at FROM (
             SELECT stored_at, sum(bytes) OVER (ORDER BY stored_at DESC, key) AS since FROM stored_photos
             WHERE account_id = $1 AND stored_at > now() - interval '1 day') AS of_day
         WHERE since > $2::bigint ORDER BY stored_at DESC LIMIT 1",
        account_id,
        room
    )
    .fetch_optional(db)
    .await
}

/// Bytes of photos that visitors have sent and nobody has come back for yet.
pub(in super::super) async fn of_visitors(db: impl PgExecutor<'_>) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"SELECT coalesce(sum(bytes), 0)::bigint AS "bytes!" FROM stored_photos
           WHERE state = 'pending' AND account_id IS NULL"#
    )
    .fetch_one(db)
    .await
}

/// Rows for photos that have none; how many those were. Whether something names them is for the next sweep but a day.
pub(in super::super) async fn insert_unknown(
    db: impl PgExecutor<'_>,
    folders: &[String],
    keys: &[String],
) -> sqlx::Result<u64> {
    let done = sqlx::query!(
        "INSERT INTO stored_photos (key, folder, bytes)
         SELECT key, folder, 0 FROM unnest($1::text[], $2::text[]) AS found (folder, key)
         ON CONFLICT (key) DO NOTHING",
        folders,
        keys
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected())
}

/// A row names them. Answers those whose files may be relied on: what is doomed isn't.
pub(in super::super) async fn set_named(
    db: impl PgExecutor<'_>,
    keys: &[String],
    account_id: Option<i64>,
) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar!(
        "UPDATE stored_photos SET state = 'named', state_since = now(), account_id = coalesce(account_id, $2)
         WHERE key = ANY($1) AND state IN ('pending', 'named') RETURNING key",
        keys,
        account_id
    )
    .fetch_all(db)
    .await
}

/// No row names them any more; in the transaction that sees to that.
pub(in super::super) async fn set_doomed(
    db: impl PgExecutor<'_>,
    folder: &str,
    keys: &[PhotoKey],
) -> sqlx::Result<()> {
    set_state(db, folder, keys, "doomed").await
}

/// Whether a row names it is to be asked by the next sweep.
pub(in super::super) async fn set_doubtful(
    db: impl PgExecutor<'_>,
    folder: &str,
    keys: &[PhotoKey],
) -> sqlx::Result<()> {
    set_state(db, folder, keys, "pending").await
}

/// Due at once, whatever the new state waits for; of photos without a row as well.
async fn set_state(
    db: impl PgExecutor<'_>,
    folder: &str,
    keys: &[PhotoKey],
    state: &str,
) -> sqlx::Result<()> {
    let keys: Vec<String> = keys.iter().map(PhotoKey::to_string).collect();
    sqlx::query!(
        "INSERT INTO stored_photos (key, folder, bytes, state, state_since)
         SELECT key, $2, 0, $3, '-infinity' FROM unnest($1::text[]) key
         ON CONFLICT (key) DO UPDATE SET state = excluded.state, state_since = excluded.state_since",
        &keys,
        folder,
        state
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Their files are gone. How much somebody sent today is counted with them.
pub(in super::super) async fn set_removed(db: impl PgExecutor<'_>, keys: &[PhotoKey]) -> sqlx::Result<()> {
    let keys: Vec<String> = keys.iter().map(PhotoKey::to_string).collect();
    sqlx::query!(
        "UPDATE stored_photos SET state = 'removed', state_since = now() WHERE key = ANY($1) AND state = 'doomed'",
        &keys
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Folders and keys of those in conversations that have been pending for more than a day.
pub(in super::super) async fn pending_in_rooms(
    db: impl PgExecutor<'_>,
) -> sqlx::Result<Vec<(String, String)>> {
    let rows = sqlx::query!(
        "SELECT folder, key FROM stored_photos
         WHERE state = 'pending' AND state_since < now() - interval '1 day' AND folder <> ''
         ORDER BY state_since LIMIT 1000"
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| (row.folder, row.key)).collect())
}

/// The same of all others: named, if a product, an unfinished form, the settings or an account do, and doomed otherwise.
/// How many were decided; there may be more.
pub(in super::super) async fn settle_of_products(db: impl PgExecutor<'_>) -> sqlx::Result<u64> {
    let done = sqlx::query!(
        "UPDATE stored_photos s
         SET state = CASE WHEN EXISTS (SELECT FROM photos p WHERE p.key = s.key)
                            OR EXISTS (SELECT FROM photo_drafts d WHERE d.key = s.key)
                            OR EXISTS (SELECT FROM settings l WHERE l.logo_key = s.key)
                            OR EXISTS (SELECT FROM accounts a WHERE a.photo_key = s.key)
                          THEN 'named' ELSE 'doomed' END,
             state_since = now()
         WHERE state = 'pending' AND key IN (
             SELECT key FROM stored_photos
             WHERE state = 'pending' AND state_since < now() - interval '1 day' AND folder = '' LIMIT 10000)"
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected())
}

/// Folders and keys of those whose files have to go, by their keys.
pub(in super::super) async fn doomed(
    db: impl PgExecutor<'_>,
    after: &str,
    limit: i64,
) -> sqlx::Result<Vec<(String, String)>> {
    let rows = sqlx::query!(
        "SELECT folder, key FROM stored_photos WHERE state = 'doomed' AND key > $1 ORDER BY key LIMIT $2",
        after,
        limit
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| (row.folder, row.key)).collect())
}

/// Forgets what is gone and was stored more than a day ago.
pub(in super::super) async fn forget_removed(db: impl PgExecutor<'_>) -> sqlx::Result<()> {
    sqlx::query!(
        "DELETE FROM stored_photos WHERE state = 'removed' AND stored_at < now() - interval '1 day'"
    )
    .execute(db)
    .await?;
    Ok(())
}
