//! The tables `data_exports` and `data_export_parts`.

use sqlx::{PgConnection, PgExecutor};

use crate::accounts::model::ExportState;

/// False if one was asked for within the last 24 hours.
pub(in crate::accounts) async fn ask(tx: &mut PgConnection, account_id: i64) -> sqlx::Result<bool> {
    sqlx::query!(
        "DELETE FROM data_exports WHERE account_id = $1 AND asked_at < now() - interval '24 hours'",
        account_id
    )
    .execute(&mut *tx)
    .await?;
    let asked = sqlx::query!(
        "INSERT INTO data_exports (account_id) VALUES ($1) ON CONFLICT ON CONSTRAINT data_exports_pkey DO NOTHING",
        account_id
    );
    Ok(asked.execute(tx).await?.rows_affected() > 0)
}

pub(in crate::accounts) async fn find(
    db: impl PgExecutor<'_>,
    account_id: i64,
) -> sqlx::Result<Option<ExportState>> {
    sqlx::query_as!(
        ExportState,
        r#"SELECT asked_at + interval '24 hours' AS "good_until!", ready_at IS NOT NULL AS "is_ready!", bytes
           FROM data_exports WHERE account_id = $1 AND asked_at > now() - interval '24 hours'"#,
        account_id
    )
    .fetch_optional(db)
    .await
}

pub(in crate::accounts) async fn part(
    db: impl PgExecutor<'_>,
    account_id: i64,
    number: i32,
) -> sqlx::Result<Option<Vec<u8>>> {
    sqlx::query_scalar!(
        "SELECT part FROM data_export_parts WHERE account_id = $1 AND number = $2",
        account_id,
        number
    )
    .fetch_optional(db)
    .await
}

pub(in crate::accounts) async fn lock(tx: &mut PgConnection, account_id: i64) -> sqlx::Result<bool> {
    let found = sqlx::query_scalar!(
        "SELECT account_id FROM data_exports WHERE account_id = $1 FOR UPDATE",
        account_id
    );
    Ok(found.fetch_optional(tx).await?.is_some())
}

pub(in crate::accounts) async fn clear(tx: &mut PgConnection, account_id: i64) -> sqlx::Result<()> {
    sqlx::query!("DELETE FROM data_export_parts WHERE account_id = $1", account_id).execute(tx).await?;
    Ok(())
}

pub(in crate::accounts) async fn insert_part(
    tx: &mut PgConnection,
    account_id: i64,
    number: i32,
    part: &[u8],
) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO data_export_parts (account_id, number, part) VALUES ($1, $2, $3)",
        account_id,
        number,
        part
    )
    .execute(tx)
    .await?;
    Ok(())
}

pub(in crate::accounts) async fn finish(
    tx: &mut PgConnection,
    account_id: i64,
    bytes: i64,
) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE data_exports SET ready_at = now(), bytes = $2 WHERE account_id = $1",
        account_id,
        bytes
    )
    .execute(tx)
    .await?;
    Ok(())
}

pub(in crate::accounts) async fn delete_old(db: impl PgExecutor<'_>) -> sqlx::Result<u64> {
    let done = sqlx::query!("DELETE FROM data_exports WHERE asked_at < now() - interval '24 hours'");
    Ok(done.execute(db).await?.rows_affected())
}

/// Nothing that signs anybody in.
pub(in crate::accounts) async fn account(
    db: impl PgExecutor<'_>,
    account_id: i64,
) -> sqlx::Result<Option<serde_json::Value>> {
    sqlx::query_scalar!(
        r#"SELECT jsonb_build_object('email', a.email, 'email_confirmed_at', a.email_confirmed_at, 'name', a.name,
                      'about_line', a.about_line, 'photo', a.photo_key, 'created_at', a.created_at,
                      'seller_profile', (SELECT jsonb_build_object('shop_name', c.shop_name, 'place', c.place,
                                                    'about', c.about, 'created_at', c.created_at)
                                         FROM customers c WHERE c.account_id = a.id),
                      'sessions', (SELECT coalesce(jsonb_agg(jsonb_build_object('kind', s.kind, 'name', s.name,
                                              'scopes', s.scopes, 'device', s.data->>'device',
                                              'network', s.data->>'network', 'since', s.created_at,
                                              'last_used_at', s.last_used_at)), '[]')
                                   FROM sessions s WHERE s.account_id = a.id)) AS "account!"
           FROM accounts a WHERE a.id = $1 AND a.deleted_at IS NULL"#,
        account_id
    )
    .fetch_optional(db)
    .await
}
