//! Health check, `GET /up`: whether the process, its database and its long-running tasks work.
//!
//! The first line is `up`, `degraded` (200: people are served, something in the background is down)
//! or `down` (503). Each further line names what isn't well.

use std::time::Duration;

use axum::http::StatusCode;
use sqlx::PgPool;

const DATABASE_TIMEOUT: Duration = Duration::from_secs(3);

/// A failed check.
#[derive(Clone, Debug)]
pub struct Fault {
    /// One line, that begins with its name.
    pub what: String,
    /// Whether people's requests fail, as opposed to work in the background.
    pub is_down: bool,
}

/// Checks the database and reports it together with `faults`.
pub async fn report(db: &PgPool, mut faults: Vec<Fault>) -> (StatusCode, String) {
    let answer = sqlx::query_scalar!(r#"SELECT 1 AS "one!""#).fetch_one(db);
    if !matches!(tokio::time::timeout(DATABASE_TIMEOUT, answer).await, Ok(Ok(_))) {
        faults.insert(0, Fault { what: "database: does not answer".into(), is_down: true });
    }
    let (status, word) = match faults.iter().any(|fault| fault.is_down) {
        true => (StatusCode::SERVICE_UNAVAILABLE, "down"),
        false if faults.is_empty() => (StatusCode::OK, "up"),
        false => (StatusCode::OK, "degraded"),
    };
    let lines = [word].into_iter().chain(faults.iter().map(|fault| &*fault.what));
    (status, lines.fold(String::new(), |text, line| text + line + "\n"))
}
