//! Flash message: one sentence for the next page, kept in the session across a redirect.

use serde::{Deserialize, Serialize};
use tower_sessions::Session;

const KEY: &str = "flash";

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Flash {
    /// `success`, `error` or `info`: a class in components.css.
    pub kind: String,
    pub text: String,
}

/// Shows `text` on the next page.
pub async fn success(session: &Session, text: impl Into<String>) -> super::Result<()> {
    set(session, "success", text.into()).await
}

pub async fn error(session: &Session, text: impl Into<String>) -> super::Result<()> {
    set(session, "error", text.into()).await
}

async fn set(session: &Session, kind: &str, text: String) -> super::Result<()> {
    Ok(session.insert(KEY, Flash { kind: kind.to_owned(), text }).await?)
}

/// Takes the message that the page before left.
pub async fn take(session: &Session) -> super::Result<Option<Flash>> {
    if session.get_value(KEY).await?.is_none() {
        return Ok(None);
    }
    // One written by another version is no reason to refuse the page.
    Ok(session.remove(KEY).await.ok().flatten())
}
