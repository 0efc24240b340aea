//! The one saved state: read, and replaced by whoever has seen it (compare-and-set).

use sqlx::{PgConnection, PgExecutor};

use super::{accent::Accent, model::Settings, store};
use crate::web::Registration;

pub async fn load(db: impl PgExecutor<'_>) -> sqlx::Result<Settings> {
    let row = store::load(db).await?;
    Ok(Settings {
        name: row.name,
        tagline: row.tagline,
        contact: row.contact,
        banner: row.banner,
        country: row.country,
        time_zone: row.time_zone,
        accent: row.accent.as_deref().and_then(Accent::parse),
        logo: row.logo_key,
        currencies: row.currencies,
        default_currency: row.default_currency,
        // Of a newer version: the careful one.
        registration: Registration::from_code(&row.registration).unwrap_or(Registration::Approval),
        reviews_first: row.reviews_first,
        version: row.version,
        is_saved: row.saved_at.is_some(),
    })
}

/// In the caller's transaction, all but the logo; false if somebody has saved since `settings.version`.
pub async fn save(tx: &mut PgConnection, settings: &Settings, account_id: i64) -> sqlx::Result<bool> {
    store::save(tx, settings.version, settings, account_id).await
}

/// In the caller's transaction. Answers the key of the logo that there was.
pub async fn set_logo(tx: &mut PgConnection, key: Option<&str>) -> sqlx::Result<Option<String>> {
    let before = store::lock_logo(&mut *tx).await?;
    store::set_logo(tx, key).await?;
    Ok(before)
}

/// Whether PostgreSQL knows a time zone of this name.
pub async fn is_time_zone(db: impl PgExecutor<'_>, name: &str) -> sqlx::Result<bool> {
    store::is_time_zone(db, name).await
}
