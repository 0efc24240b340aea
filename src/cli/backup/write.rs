//! `haggle backup FILE`: a snapshot of the database, then the photos.

use std::{
    fs::{self, File},
    io::{self, Read, Seek, Write},
    path::Path,
};

use anyhow::Context;
use futures_util::TryStreamExt;
use sqlx::{Executor, PgPool};

use super::format::{Manifest, columns, schema_version, tables};
use crate::{cli::open_database::open_database, config::Config};

pub async fn backup(config: &Config, file: &Path) -> anyhow::Result<()> {
    let database = open_database(config).await?;
    // Renamed when complete: the file's name never stands for half a backup.
    // `a.tar` and `a.zip` have each their own.
    let part = file.with_added_extension("part");
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

/// An unlinked temporary file beside `near`: removed when it is closed.
fn tempfile(near: &Path) -> io::Result<File> {
    let path = near.with_added_extension("spool");
    let file = File::options().read(true).write(true).create(true).truncate(true).open(&path)?;
    fs::remove_file(path)?;
    Ok(file)
}
