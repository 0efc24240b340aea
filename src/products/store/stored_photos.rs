//! The rows of `stored_photos`, one for each photo in the store, and their moves from state to state.

use sqlx::PgExecutor;

use super::super::photos::PhotoKey;

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

/// The same of products: named, if a product or an unfinished form does, and doomed otherwise.
pub(in super::super) async fn settle_of_products(db: impl PgExecutor<'_>) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE stored_photos s
         SET state = CASE WHEN EXISTS (SELECT FROM photos p WHERE p.key = s.key)
                            OR EXISTS (SELECT FROM photo_drafts d WHERE d.key = s.key)
                          THEN 'named' ELSE 'doomed' END,
             state_since = now()
         WHERE state = 'pending' AND state_since < now() - interval '1 day' AND folder = ''"
    )
    .execute(db)
    .await?;
    Ok(())
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
