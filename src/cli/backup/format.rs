//! The format that both directions share.
//!
//! ```text
//! manifest.json     the schema's version
//! tables/<name>     COPY's text format, in an order that foreign keys allow
//! uploads/…         photos
//! ```

use anyhow::ensure;
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;

/// sqlx's own list, for which the manifest stands; sessions; the cluster's membership and
/// presences; the search index, which is rebuilt from the messages.
const EXCLUDED_TABLES: [&str; 5] = ["_sqlx_migrations", "sessions", "nodes", "presences", "message_search"];

#[derive(Serialize, Deserialize)]
pub(super) struct Manifest {
    /// The last migration that was applied.
    pub schema: i64,
}

/// The tables that are kept, each after those it refers to.
pub(super) async fn tables(conn: &mut PgConnection) -> anyhow::Result<Vec<String>> {
    let mut waiting: Vec<(String, Vec<String>)> = sqlx::query_as(
        "SELECT t.relname::text, coalesce(array_agg(p.relname::text) FILTER (WHERE p.oid <> t.oid), '{}')
         FROM pg_class t
         LEFT JOIN pg_constraint f ON f.conrelid = t.oid AND f.contype = 'f'
         LEFT JOIN pg_class p ON p.oid = f.confrelid
         WHERE t.relkind = 'r' AND t.relnamespace = current_schema()::regnamespace AND t.relname <> ALL ($1)
         GROUP BY t.oid, t.relname ORDER BY t.relname",
    )
    .bind(EXCLUDED_TABLES.as_slice())
    .fetch_all(conn)
    .await?;
    let mut ordered: Vec<String> = Vec::new();
    while !waiting.is_empty() {
        let (ready, rest) = waiting
            .into_iter()
            .partition(|(_, parents)| parents.iter().all(|parent| ordered.contains(parent)));
        waiting = rest;
        let ready: Vec<(String, Vec<String>)> = ready;
        ensure!(!ready.is_empty(), "tables that refer to each other can't be put in an order");
        ordered.extend(ready.into_iter().map(|(table, _)| table));
    }
    Ok(ordered)
}

/// A table's columns but for generated ones.
pub(super) async fn columns(conn: &mut PgConnection, table: &str) -> sqlx::Result<String> {
    sqlx::query_scalar(
        "SELECT string_agg(quote_ident(column_name), ', ' ORDER BY ordinal_position)
         FROM information_schema.columns
         WHERE table_schema = current_schema() AND table_name = $1 AND is_generated = 'NEVER'",
    )
    .bind(table)
    .fetch_one(conn)
    .await
}

pub(super) async fn schema_version(conn: &mut PgConnection) -> sqlx::Result<i64> {
    sqlx::query_scalar("SELECT max(version) FROM _sqlx_migrations WHERE success").fetch_one(conn).await
}
