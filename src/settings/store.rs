use sqlx::PgExecutor;
use time::OffsetDateTime;

use super::model::Settings;

/// The row as it stands.
pub(super) struct SettingsRow {
    pub version: i64,
    pub name: Option<String>,
    pub tagline: String,
    pub contact: Option<String>,
    pub banner: String,
    pub country: Option<String>,
    pub time_zone: Option<String>,
    pub accent: Option<String>,
    pub logo_key: Option<String>,
    pub currencies: Vec<String>,
    pub default_currency: Option<String>,
    pub registration: String,
    pub reviews_first: bool,
    pub saved_at: Option<OffsetDateTime>,
}

pub(super) async fn load(db: impl PgExecutor<'_>) -> sqlx::Result<SettingsRow> {
    sqlx::query_as!(
        SettingsRow,
        "SELECT version, name, tagline, contact, banner, country, time_zone, accent, logo_key, currencies,
                default_currency, registration, reviews_first, saved_at
         FROM settings"
    )
    .fetch_one(db)
    .await
}

/// Of the settings and of the legal pages: other numbers than before, and there is something new.
pub(super) async fn revision(db: impl PgExecutor<'_>) -> sqlx::Result<(i64, i64)> {
    let row = sqlx::query!(
        r#"SELECT revision, (SELECT coalesce(max(id), 0) FROM legal_versions) AS "legal!" FROM settings"#
    )
    .fetch_one(db)
    .await?;
    Ok((row.revision, row.legal))
}

/// Compare-and-set: false if it was saved since this version.
pub(super) async fn save(
    db: impl PgExecutor<'_>,
    version: i64,
    settings: &Settings,
    account_id: i64,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "UPDATE settings
         SET name = $2, tagline = $3, contact = $4, banner = $5, country = $6, time_zone = $7, accent = $8,
             currencies = $9, default_currency = $10, registration = $11, reviews_first = $12,
             saved_by = $13, saved_at = now(), version = version + 1, revision = revision + 1
         WHERE version = $1",
        version,
        settings.name.as_deref(),
        settings.tagline,
        settings.contact.as_deref(),
        settings.banner,
        settings.country.as_deref(),
        settings.time_zone.as_deref(),
        settings.accent.map(|accent| accent.hex()),
        &settings.currencies,
        settings.default_currency.as_deref(),
        settings.registration.code(),
        settings.reviews_first,
        account_id
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Answers the logo that there was before; the row stays locked for the transaction.
pub(super) async fn lock_logo(db: impl PgExecutor<'_>) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar!("SELECT logo_key FROM settings FOR UPDATE").fetch_one(db).await
}

pub(super) async fn set_logo(db: impl PgExecutor<'_>, key: Option<&str>) -> sqlx::Result<()> {
    sqlx::query!("UPDATE settings SET logo_key = $1, revision = revision + 1", key).execute(db).await?;
    Ok(())
}

pub(super) async fn is_time_zone(db: impl PgExecutor<'_>, name: &str) -> sqlx::Result<bool> {
    sqlx::query_scalar!(r#"SELECT EXISTS (SELECT FROM pg_timezone_names WHERE name = $1) AS "yes!""#, name)
        .fetch_one(db)
        .await
}
