//! What somebody has chosen: kinds by channels, quiet hours, previews.

use std::collections::HashMap;

use sqlx::{PgConnection, PgExecutor};
use time::{OffsetDateTime, Time};

use super::super::choices::{Choice, QuietHours, Settings, Standing};

/// Of a channel, for all these people: what they have switched on and off, by account and kind.
pub(in super::super) async fn switched(
    db: impl PgExecutor<'_>,
    channel: &str,
    accounts: &[i64],
) -> sqlx::Result<HashMap<(i64, String), bool>> {
    let rows = sqlx::query!(
        "SELECT account_id, kind, is_on FROM notice_choices WHERE account_id = ANY($1) AND channel = $2",
        accounts,
        channel
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| ((row.account_id, row.kind), row.is_on)).collect())
}

/// How these people stand at `now`: whether it is quiet, until when, and whether previews are shown. Whoever never chose
/// is left out.
///
/// The end of quiet hours is computed by PostgreSQL in the person's own time zone, so that it is right on days on
/// which clocks are changed.
pub(in super::super) async fn standings(
    db: impl PgExecutor<'_>,
    accounts: &[i64],
    now: OffsetDateTime,
) -> sqlx::Result<HashMap<i64, Standing>> {
    let rows = sqlx::query!(
        r#"SELECT s.account_id, s.previews,
                  CASE WHEN CASE WHEN s.quiet_from <= s.quiet_to
                                 THEN l.at::time >= s.quiet_from AND l.at::time < s.quiet_to
                                 ELSE l.at::time >= s.quiet_from OR l.at::time < s.quiet_to END
                       THEN (l.at::date + CASE WHEN l.at::time < s.quiet_to THEN 0 ELSE 1 END + s.quiet_to)
                            AT TIME ZONE s.time_zone END AS quiet_until
           FROM notice_settings s CROSS JOIN LATERAL (SELECT $2::timestamptz AT TIME ZONE s.time_zone AS at) l
           WHERE s.account_id = ANY($1)"#,
        accounts,
        now
    )
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.account_id, Standing { previews: row.previews, quiet_until: row.quiet_until }))
        .collect())
}

/// Everything that somebody has chosen.
pub(in super::super) async fn find(
    db: impl PgExecutor<'_>,
    account_id: i64,
) -> sqlx::Result<Option<Settings>> {
    let row = sqlx::query!(
        "SELECT time_zone, quiet_from, quiet_to, previews FROM notice_settings WHERE account_id = $1",
        account_id
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(|row| Settings {
        time_zone: row.time_zone,
        quiet: quiet_hours(row.quiet_from, row.quiet_to),
        previews: row.previews,
    }))
}

fn quiet_hours(from: Option<Time>, to: Option<Time>) -> Option<QuietHours> {
    Some(QuietHours { from: from?, to: to? })
}

pub(in super::super) async fn choices(db: impl PgExecutor<'_>, account_id: i64) -> sqlx::Result<Vec<Choice>> {
    sqlx::query_as!(
        Choice,
        "SELECT kind, channel, is_on FROM notice_choices WHERE account_id = $1",
        account_id
    )
    .fetch_all(db)
    .await
}

/// Replaces all of it.
pub(in super::super) async fn save(
    tx: &mut PgConnection,
    account_id: i64,
    settings: &Settings,
    choices: &[Choice],
) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO notice_settings (account_id, time_zone, quiet_from, quiet_to, previews) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT ON CONSTRAINT notice_settings_pkey DO UPDATE
         SET time_zone = excluded.time_zone, quiet_from = excluded.quiet_from, quiet_to = excluded.quiet_to,
             previews = excluded.previews",
        account_id,
        settings.time_zone,
        settings.quiet.map(|quiet| quiet.from),
        settings.quiet.map(|quiet| quiet.to),
        settings.previews
    )
    .execute(&mut *tx)
    .await?;
    for Choice { kind, channel, is_on } in choices {
        switch(&mut *tx, account_id, kind, channel, *is_on).await?;
    }
    Ok(())
}

/// One kind by one channel (idempotent).
pub(in super::super) async fn switch(
    db: impl PgExecutor<'_>,
    account_id: i64,
    kind: &str,
    channel: &str,
    is_on: bool,
) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO notice_choices (account_id, kind, channel, is_on) VALUES ($1, $2, $3, $4)
         ON CONFLICT ON CONSTRAINT notice_choices_pkey DO UPDATE SET is_on = excluded.is_on",
        account_id,
        kind,
        channel,
        is_on
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Every time zone that the database knows by an IANA name.
pub(in super::super) async fn time_zones(db: impl PgExecutor<'_>) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar!(
        r#"SELECT name AS "name!" FROM pg_timezone_names
           WHERE name ~ '^(Africa|America|Antarctica|Asia|Atlantic|Australia|Europe|Indian|Pacific)/' OR name = 'UTC'
           ORDER BY name"#
    )
    .fetch_all(db)
    .await
}

pub(in crate::notices) async fn delete_of_account(
    tx: &mut PgConnection,
    account_id: i64,
) -> sqlx::Result<()> {
    sqlx::query!("DELETE FROM notice_choices WHERE account_id = $1", account_id).execute(&mut *tx).await?;
    sqlx::query!("DELETE FROM notice_settings WHERE account_id = $1", account_id).execute(&mut *tx).await?;
    Ok(())
}
