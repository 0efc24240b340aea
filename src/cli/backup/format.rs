//! The format that both directions share.
//!
//! ```text
//! manifest.json     the format's and the schema's version
//! tables/<name>     COPY's text format, in an order that foreign keys allow
//! uploads/…         photos
//! contents.jsonl    the closing member: a line for each of the others, in their order: rows, bytes and SHA-256
//! ```
//!
//! Format 1, which has no number, ends without a closing member: what is missing from such a file can't be seen.

use anyhow::ensure;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use sqlx::PgConnection;

pub(super) const MANIFEST: &str = "manifest.json";
pub(super) const CONTENTS: &str = "contents.jsonl";
/// The one that is written.
pub(super) const FORMAT: u32 = 2;

/// sqlx's own list, for which the manifest stands; sessions, and the tokens and push subscriptions that are theirs; what was
/// answered to programs lately; the
/// cluster's membership and presences; the search index, which is rebuilt from the messages, and the changes that those of
/// products follow.
const EXCLUDED_TABLES: [&str; 11] = [
    "_sqlx_migrations",
    "sessions",
    "access_tokens",
    "refresh_tokens",
    "oauth_codes",
    "idempotency_keys",
    "push_subscriptions",
    "nodes",
    "presences",
    "message_search",
    "product_changes",
];

#[derive(Serialize, Deserialize)]
pub(super) struct Manifest {
    #[serde(default = "first_format")]
    pub format: u32,
    /// The last migration that was applied.
    pub schema: i64,
}

fn first_format() -> u32 {
    1
}

/// A line of the closing member.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Member {
    pub name: String,
    /// Of a table.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rows: Option<u64>,
    pub bytes: u64,
    /// In hex.
    pub sha256: String,
}

impl Member {
    pub fn line(&self) -> String {
        // A struct of numbers and text can always be written.
        serde_json::to_string(self).unwrap_or_default() + "\n"
    }
}

/// Bytes that go by: how many, how many lines of them, and their digest.
#[derive(Default)]
pub(super) struct Checksum {
    digest: Sha256,
    pub bytes: u64,
    pub lines: u64,
}

impl Checksum {
    pub fn update(&mut self, bytes: &[u8]) {
        self.digest.update(bytes);
        self.bytes += bytes.len() as u64;
        self.lines += bytes.iter().filter(|&&byte| byte == b'\n').count() as u64;
    }

    pub fn member(self, name: &str) -> Member {
        let sha256 = self.digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        // COPY's text format escapes line ends inside of values: a line is a row.
        let rows = name.starts_with("tables/").then_some(self.lines);
        Member { name: name.to_owned(), rows, bytes: self.bytes, sha256 }
    }
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
