//! `/legal/…`: what is written, in any version; `/about`: whose work this is.

use axum::extract::State;
use sqlx::PgPool;

use super::{
    markdown,
    model::{LegalPage, LegalText},
    store,
    views::{AboutPage, LegalTextPage},
};
use crate::web::{Error, Path, Result, Shell};

/// Versions that a page lists.
const MAX_LISTED: i64 = 50;

pub async fn show(State(db): State<PgPool>, shell: Shell, Path(page): Path<String>) -> Result<LegalTextPage> {
    let page = LegalPage::from_code(&page).ok_or(Error::NotFound)?;
    let latest = store::version(&db, page.code(), None).await?;
    let latest = latest.filter(|latest| !latest.text.is_empty()).ok_or(Error::NotFound)?;
    text_page(&db, shell, page, latest).await
}

pub async fn show_version(
    State(db): State<PgPool>,
    shell: Shell,
    Path((page, version)): Path<(String, i32)>,
) -> Result<LegalTextPage> {
    let page = LegalPage::from_code(&page).ok_or(Error::NotFound)?;
    let text = store::version(&db, page.code(), Some(version)).await?.ok_or(Error::NotFound)?;
    text_page(&db, shell, page, text).await
}

async fn text_page(db: &PgPool, shell: Shell, page: LegalPage, text: LegalText) -> Result<LegalTextPage> {
    let versions = store::history(db, page.code(), MAX_LISTED).await?;
    Ok(LegalTextPage { shell, page, html: markdown::to_html(&text.text), text, versions })
}

pub async fn about(shell: Shell) -> AboutPage {
    AboutPage { shell }
}
