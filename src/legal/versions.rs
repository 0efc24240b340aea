//! The versions of the pages: which hold now, and how a new one comes. None is ever changed.

use sqlx::{PgConnection, PgExecutor};

use super::{
    model::{LegalPage, LegalText},
    store,
};
use crate::web::LegalLink;

/// The latest version; none if it was never written. An empty text took it away.
pub async fn current(db: impl PgExecutor<'_>, page: LegalPage) -> sqlx::Result<Option<LegalText>> {
    store::version(db, page.code(), None).await
}

/// The pages that are written now, in the order of footers.
pub async fn links(db: impl PgExecutor<'_>) -> sqlx::Result<Vec<LegalLink>> {
    let written = store::written(db).await?;
    let link = |page: LegalPage| {
        let (_, version) = written.iter().find(|(code, _)| code == page.code())?;
        Some(LegalLink {
            code: page.code(),
            title: page.title(),
            version: *version,
            is_agreed_to: page.is_agreed_to(),
        })
    };
    Ok(LegalPage::ALL.into_iter().filter_map(link).collect())
}

/// What became of a text that was to be the next version.
#[derive(Debug, PartialEq, Eq)]
pub enum Publication {
    /// It is this version now.
    Published(i32),
    /// It says the same as the latest.
    Unchanged,
    /// Somebody has published this version since the editor was opened.
    Outdated(i32),
}

/// Makes `text` the next version after `latest` (0 for the first), in the caller's transaction.
pub async fn publish(
    tx: &mut PgConnection,
    page: LegalPage,
    latest: i32,
    text: &str,
    account_id: i64,
) -> sqlx::Result<Publication> {
    let now = store::lock_latest(tx, page.code()).await?;
    let (version, before) = now.map_or((0, String::new()), |now| (now.version, now.text));
    if version != latest {
        return Ok(Publication::Outdated(version));
    }
    if before == text {
        return Ok(Publication::Unchanged);
    }
    store::insert(tx, page.code(), version + 1, text, account_id).await?;
    Ok(Publication::Published(version + 1))
}
