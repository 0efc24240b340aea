//! `haggle restore FILE`: tables and photos into an empty marketplace, or nothing at all.
//!
//! ```text
//! check the whole file → photos into a folder aside → one transaction: tables, photos moved into place, commit
//! ```

use std::{
    fs::{self, File},
    io::{BufReader, Read, Seek as _},
    path::{Component, Path, PathBuf},
};

use anyhow::{Context, bail, ensure};
use sqlx::{AssertSqlSafe, Executor, PgConnection, PgPool};
use tempfile::TempDir;

use super::{
    format::{columns, schema_version, tables},
    progress::Progress,
    verify::{Found, check},
};
use crate::{
    cli::terminal::print_step,
    config::Config,
    db::{self, BulkLoad, DataDir, Database, MIGRATIONS},
};

pub async fn restore(config: &Config, file: &Path) -> anyhow::Result<()> {
    let mut tar = File::open(file).with_context(|| format!("{} can't be opened", file.display()))?;
    let could_not = || format!("{} could not be restored", file.display());
    // Before anything is touched.
    let found = check(&mut tar).with_context(could_not)?;
    if found.manifest.format < 2 {
        println!("This backup is of an older format: what is missing from it can't be seen.");
    }
    // Not beside a running marketplace.
    let data = DataDir::open(&config.data)?;
    let database = Database::open(config.database_url.as_deref(), &data, print_step).await?;
    let read = read(&database.pool, &config.uploads()?, &mut tar, &found).await;
    if read.is_ok() {
        db::migrate(&database.pool).await?;
    }
    database.close().await;
    read.with_context(could_not)?;
    println!("Everything from {} is back.", file.display());
    Ok(())
}

async fn read(db: &PgPool, uploads: &Path, tar: &mut File, found: &Found) -> anyhow::Result<()> {
    let schema = found.manifest.schema;
    ensure!(MIGRATIONS.version_exists(schema), "it was made by a newer version of Haggle");
    let mut conn = db::connect_unlimited(db).await?;
    MIGRATIONS.run_to(schema, &mut conn).await?;
    let there = schema_version(&mut conn).await?;
    ensure!(there == schema, "the database's schema is newer than the backup's; restore into a new database");
    let somebody: bool =
        sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM accounts)").fetch_one(&mut conn).await?;
    ensure!(!somebody, "there are people in this marketplace; restore into an empty one");

    let photos = unpack_photos(tar, uploads, found.photo_bytes)?;
    tar.rewind()?;
    conn.execute("BEGIN").await?;
    copy_tables(&mut conn, tar, found.table_bytes).await?;
    let moved = Moved::into_place(photos.path(), uploads)?;
    conn.execute("COMMIT").await?;
    moved.keep();
    Ok(())
}

/// Into a folder that goes, with all that is in it, unless it is moved away. What a kill leaves of it is swept as the
/// leftovers of uploads are.
fn unpack_photos(tar: &mut File, uploads: &Path, total: u64) -> anyhow::Result<TempDir> {
    let incoming = uploads.join(".incoming");
    fs::create_dir_all(&incoming).with_context(|| format!("{} can't be made", incoming.display()))?;
    let aside = tempfile::Builder::new().prefix("restore-").tempdir_in(incoming)?;
    let mut progress = Progress::new("Photos", total);
    let mut tar = tar::Archive::new(BufReader::with_capacity(1 << 20, tar));
    for entry in tar.entries()? {
        let mut entry = entry?;
        let path = entry.path()?.into_owned();
        let Ok(inside) = path.strip_prefix("uploads") else { continue };
        if !entry.header().entry_type().is_file() {
            continue;
        }
        let leads_out = inside.components().any(|part| !matches!(part, Component::Normal(_)));
        ensure!(!leads_out, "it holds a path that leads out: {}", path.display());
        let to = aside.path().join(inside);
        fs::create_dir_all(to.parent().unwrap_or(aside.path()))?;
        // The mode of new files, whatever the archive says.
        let mut file = File::create_new(&to)?;
        let bytes = std::io::copy(&mut entry, &mut file)?;
        progress.add(bytes);
    }
    Ok(aside)
}

async fn copy_tables(conn: &mut PgConnection, tar: &mut File, total: u64) -> anyhow::Result<()> {
    let tables = tables(conn).await?;
    conn.execute(AssertSqlSafe(format!("TRUNCATE {}, sessions", tables.join(", ")))).await?;
    let bulk = BulkLoad::begin(conn, &tables).await?;
    let mut progress = Progress::new("Database", total);
    let mut tar = tar::Archive::new(BufReader::with_capacity(1 << 20, tar));
    for entry in tar.entries()? {
        let mut entry = entry?;
        let path = entry.path()?.into_owned();
        let Ok(table) = path.strip_prefix("tables") else { continue };
        let Some(table) = tables.iter().find(|known| table.as_os_str() == known.as_str()) else {
            bail!("it holds a table that this version doesn't know: {}", table.display());
        };
        copy_in(conn, table, &mut entry, &mut progress).await?;
    }
    print_step("Indexes …");
    bulk.finish(conn).await?;
    Ok(())
}

async fn copy_in(
    conn: &mut PgConnection,
    table: &str,
    rows: &mut impl Read,
    progress: &mut Progress,
) -> anyhow::Result<()> {
    let columns = columns(conn, table).await?;
    let mut copy = conn.copy_in_raw(&format!("COPY {table} ({columns}) FROM STDIN")).await?;
    let mut buffer = vec![0; 256 * 1024];
    loop {
        match rows.read(&mut buffer)? {
            0 => break,
            read => {
                copy.send(&buffer[..read]).await?;
                progress.add(read as u64);
            }
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

/// Photos that stand in their place, and go again unless they are kept.
struct Moved {
    paths: Vec<PathBuf>,
}

impl Moved {
    /// Moves every file; folders are shared with what is there, files never replace any.
    fn into_place(from: &Path, to: &Path) -> anyhow::Result<Self> {
        let mut moved = Moved { paths: Vec::new() };
        moved.move_folder(from, to)?;
        Ok(moved)
    }

    fn move_folder(&mut self, from: &Path, to: &Path) -> anyhow::Result<()> {
        for entry in fs::read_dir(from)? {
            let entry = entry?;
            let place = to.join(entry.file_name());
            if !place.exists() {
                fs::rename(entry.path(), &place)?;
                self.paths.push(place);
            } else if entry.file_type()?.is_dir() && place.is_dir() {
                self.move_folder(&entry.path(), &place)?;
            } else {
                bail!("{} is there already", place.display());
            }
        }
        Ok(())
    }

    fn keep(mut self) {
        self.paths.clear();
    }
}

impl Drop for Moved {
    fn drop(&mut self) {
        for path in &self.paths {
            // The reason why it has to go again is the one that is reported.
            let _ = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
        }
    }
}
