use sqlx::{PgConnection, PgExecutor};
use time::OffsetDateTime;

#[derive(Clone, Debug)]
pub struct Invitation {
    pub id: i64,
    pub note: String,
    pub uses: i32,
    pub max_uses: i32,
    pub expires_at: OffsetDateTime,
    pub created_by: String,
    pub is_revoked: bool,
    /// Whether it lets somebody in now.
    pub holds: bool,
}

/// One after the other, so that they can be counted; false if `max_open` hold already.
pub(in crate::accounts) async fn insert(
    tx: &mut PgConnection,
    token_hash: &[u8],
    note: &str,
    max_uses: i32,
    expires_at: OffsetDateTime,
    admin_id: i64,
    max_open: i64,
) -> sqlx::Result<bool> {
    sqlx::query!("SELECT pg_advisory_xact_lock(hashtext('invitations'))").execute(&mut *tx).await?;
    let done = sqlx::query!(
        "INSERT INTO invitations (token_hash, note, max_uses, expires_at, created_by)
         SELECT $1, $2, $3, $4, $5
         WHERE (SELECT count(*) FROM invitations
                WHERE revoked_at IS NULL AND expires_at > now() AND uses < max_uses) < $6",
        token_hash,
        note,
        max_uses,
        expires_at,
        admin_id,
        max_open
    )
    .execute(tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

pub(in crate::accounts) async fn latest(
    db: impl PgExecutor<'_>,
    limit: i64,
) -> sqlx::Result<Vec<Invitation>> {
    sqlx::query_as!(
        Invitation,
        r#"SELECT i.id, i.note, i.uses, i.max_uses, i.expires_at, a.name AS created_by,
                  i.revoked_at IS NOT NULL AS "is_revoked!",
                  (i.revoked_at IS NULL AND i.expires_at > now() AND i.uses < i.max_uses) AS "holds!"
           FROM invitations i JOIN accounts a ON a.id = i.created_by
           ORDER BY i.id DESC LIMIT $1"#,
        limit
    )
    .fetch_all(db)
    .await
}

pub(in crate::accounts) async fn revoke(db: impl PgExecutor<'_>, id: i64) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar!(
        "UPDATE invitations SET revoked_at = now()
         WHERE id = $1 AND revoked_at IS NULL AND expires_at > now() AND uses < max_uses RETURNING note",
        id
    )
    .fetch_optional(db)
    .await
}

pub(in crate::accounts) async fn holds(db: impl PgExecutor<'_>, token_hash: &[u8]) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"SELECT EXISTS (
               SELECT FROM invitations
               WHERE token_hash = $1 AND revoked_at IS NULL AND expires_at > now() AND uses < max_uses) AS "yes!""#,
        token_hash
    )
    .fetch_one(db)
    .await
}

pub(in crate::accounts) async fn use_one(db: impl PgExecutor<'_>, token_hash: &[u8]) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "UPDATE invitations SET uses = uses + 1
         WHERE token_hash = $1 AND revoked_at IS NULL AND expires_at > now() AND uses < max_uses",
        token_hash
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}
