//! `GET /up`: the process answers, and so does its database.

use axum::{extract::State, http::StatusCode};
use sqlx::PgPool;

pub async fn up(State(db): State<PgPool>) -> (StatusCode, &'static str) {
    let asked = sqlx::query_scalar!(r#"SELECT 1 AS "one!""#).fetch_one(&db);
    match tokio::time::timeout(std::time::Duration::from_secs(3), asked).await {
        Ok(Ok(_)) => (StatusCode::OK, "up\n"),
        _ => (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n"),
    }
}
