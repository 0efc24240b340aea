//! `haggle backup FILE` and `haggle restore FILE`: database and photos in one tar file.
//!
//! ```text
//! manifest.json     the schema's version
//! tables/<name>     COPY's text format, in an order that foreign keys allow
//! uploads/…         photos
//! ```
//!
//! Needs no program of PostgreSQL's, so it works with every server that Haggle works with. A backup
//! is one moment of the database, also while the marketplace is open; the photos are copied after it,
//! so none that it speaks of is missing. Sessions stay out: whoever finds a backup is nobody by it.

use std::{
    fs::{self, File},
    io::{self, Read, Seek, Write},
    path::Path,
};

use anyhow::{Context, bail, ensure};
use futures_util::TryStreamExt;
use serde::{Deserialize, Serialize};
use sqlx::{AssertSqlSafe, Executor, PgConnection, PgPool};

use crate::{
    config::Config,
    db::{self, DataDir, Database, MIGRATIONS},
};

/// Not kept: sqlx's own list, which the manifest stands for; who is signed in; who is connected; what
/// search makes of the messages by itself.
const LEFT_OUT: [&str; 5] = ["_sqlx_migrations", "sessions", "nodes", "presences", "message_search"];

#[derive(Serialize, Deserialize)]
struct Manifest {
    /// The last migration that the database had had.
    schema: i64,
}

pub async fn backup(config: &Config, file: &Path) -> anyhow::Result<()> {
    let database = super::database(config).await?;
    // Never half a backup under the name that was asked for.
    let part = file.with_extension("part");
    let written = write(&database.pool, &config.uploads()?, &part).await;
    database.close().await;
    written.with_context(|| format!("the backup could not be written to {}", part.display()))?;
    fs::rename(&part, file)?;
    println!("Everything is in {}.", file.display());
    Ok(())
}

async fn write(db: &PgPool, uploads: &Path, part: &Path) -> anyhow::Result<()> {
    let mut tar = tar::Builder::new(File::create(part)?);
    let mut conn = db.acquire().await?;
    conn.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?;
    let manifest = serde_json::to_vec(&Manifest { schema: schema_version(&mut conn).await? })?;
    append(&mut tar, "manifest.json", manifest.len() as u64, &manifest[..])?;
    for table in tables(&mut conn).await? {
        let mut spool = tempfile(part)?;
        let copy = format!("COPY {table} ({}) TO STDOUT", columns(&mut conn, &table).await?);
        let mut rows = conn.copy_out_raw(&copy).await?;
        while let Some(bytes) = rows.try_next().await? {
            spool.write_all(&bytes)?;
        }
        drop(rows);
        let size = spool.stream_position()?;
        spool.rewind()?;
        append(&mut tar, &format!("tables/{table}"), size, spool)?;
    }
    conn.execute("COMMIT").await?;
    if uploads.exists() {
        tar.append_dir_all("uploads", uploads)?;
    }
    tar.into_inner()?.sync_all()?;
    Ok(())
}

fn append(tar: &mut tar::Builder<File>, name: &str, size: u64, data: impl Read) -> io::Result<()> {
    let mut header = tar::Header::new_gnu();
    header.set_size(size);
    header.set_mode(0o600);
    tar.append_data(&mut header, name, data)
}

/// A file without a name, beside `near`: gone when it is closed.
fn tempfile(near: &Path) -> io::Result<File> {
    let path = near.with_extension("spool");
    let file = File::options().read(true).write(true).create(true).truncate(true).open(&path)?;
    fs::remove_file(path)?;
    Ok(file)
}

pub async fn restore(config: &Config, file: &Path) -> anyhow::Result<()> {
    let tar = File::open(file).with_context(|| format!("{} can't be opened", file.display()))?;
    // Not beside a running marketplace.
    let data = DataDir::open(&config.data)?;
    let database = Database::open(config.database_url.as_deref(), &data, super::print_step).await?;
    let read = read(&database.pool, &config.uploads()?, tar).await;
    if read.is_ok() {
        db::migrate(&database.pool).await?;
    }
    database.close().await;
    read.with_context(|| format!("{} could not be restored", file.display()))?;
    println!("Everything from {} is back.", file.display());
    Ok(())
}

async fn read(db: &PgPool, uploads: &Path, tar: File) -> anyhow::Result<()> {
    let mut tar = tar::Archive::new(tar);
    let mut entries = tar.entries()?;
    let first = entries.next().context("the file is empty")??;
    ensure!(first.path()?.as_os_str() == "manifest.json", "it is no backup of Haggle");
    let Manifest { schema } = serde_json::from_reader(first)?;
    ensure!(MIGRATIONS.version_exists(schema), "it was made by a newer version of Haggle");
    let mut conn = db.acquire().await?;
    MIGRATIONS.run_to(schema, &mut *conn).await?;
    let there = schema_version(&mut conn).await?;
    ensure!(there == schema, "the database's schema is newer than the backup's; restore into a new database");
    let somebody: bool =
        sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM accounts)").fetch_one(&mut *conn).await?;
    ensure!(!somebody, "there are people in this marketplace; restore into an empty one");

    conn.execute("BEGIN").await?;
    let tables = tables(&mut conn).await?;
    conn.execute(AssertSqlSafe(format!("TRUNCATE {}, sessions", tables.join(", ")))).await?;
    for entry in entries {
        let mut entry = entry?;
        let path = entry.path()?.into_owned();
        if let Ok(table) = path.strip_prefix("tables") {
            let Some(table) = tables.iter().find(|known| table.as_os_str() == known.as_str()) else {
                bail!("it holds a table that this version doesn't know: {}", table.display());
            };
            copy_in(&mut conn, table, &mut entry).await?;
        } else if let Ok(inside) = path.strip_prefix("uploads")
            && entry.header().entry_type().is_file()
        {
            let to = uploads.join(inside);
            ensure!(
                !inside.components().any(|part| part.as_os_str() == ".."),
                "it holds a path that leads out"
            );
            fs::create_dir_all(to.parent().unwrap_or(uploads))?;
            entry.unpack(to)?;
        }
    }
    conn.execute("COMMIT").await?;
    Ok(())
}

async fn copy_in(conn: &mut PgConnection, table: &str, rows: &mut impl Read) -> anyhow::Result<()> {
    let columns = columns(conn, table).await?;
    let mut copy = conn.copy_in_raw(&format!("COPY {table} ({columns}) FROM STDIN")).await?;
    let mut buffer = vec![0; 256 * 1024];
    loop {
        match rows.read(&mut buffer)? {
            0 => break,
            read => copy.send(&buffer[..read]).await?,
        };
    }
    copy.finish().await?;
    let has_id = columns.split(", ").any(|column| column == "id");
    if has_id {
        let next = format!(
            "SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT coalesce(max(id), 0) + 1 FROM {table}), false)"
        );
        conn.execute(AssertSqlSafe(next)).await?;
    }
    Ok(())
}

/// The tables that are kept, each after those it refers to.
async fn tables(conn: &mut PgConnection) -> anyhow::Result<Vec<String>> {
    let mut waiting: Vec<(String, Vec<String>)> = sqlx::query_as(
        "SELECT t.relname::text, coalesce(array_agg(p.relname::text) FILTER (WHERE p.oid <> t.oid), '{}')
         FROM pg_class t
         LEFT JOIN pg_constraint f ON f.conrelid = t.oid AND f.contype = 'f'
         LEFT JOIN pg_class p ON p.oid = f.confrelid
         WHERE t.relkind = 'r' AND t.relnamespace = current_schema()::regnamespace AND t.relname <> ALL ($1)
         GROUP BY t.oid, t.relname ORDER BY t.relname",
    )
    .bind(LEFT_OUT.as_slice())
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
async fn columns(conn: &mut PgConnection, table: &str) -> sqlx::Result<String> {
    sqlx::query_scalar(
        "SELECT string_agg(quote_ident(column_name), ', ' ORDER BY ordinal_position)
         FROM information_schema.columns
         WHERE table_schema = current_schema() AND table_name = $1 AND is_generated = 'NEVER'",
    )
    .bind(table)
    .fetch_one(conn)
    .await
}

async fn schema_version(conn: &mut PgConnection) -> sqlx::Result<i64> {
    sqlx::query_scalar("SELECT max(version) FROM _sqlx_migrations WHERE success").fetch_one(conn).await
}
