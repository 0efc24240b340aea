//! `haggle restore FILE`: tables and photos into an empty marketplace.

use std::{
    fs::{self, File},
    io::Read,
    path::Path,
};

use anyhow::{Context, bail, ensure};
use sqlx::{AssertSqlSafe, Executor, PgConnection, PgPool};

use super::format::{Manifest, columns, schema_version, tables};
use crate::{
    cli::terminal::print_step,
    config::Config,
    db::{self, DataDir, Database, MIGRATIONS},
};

pub async fn restore(config: &Config, file: &Path) -> anyhow::Result<()> {
    let tar = File::open(file).with_context(|| format!("{} can't be opened", file.display()))?;
    // Not beside a running marketplace.
    let data = DataDir::open(&config.data)?;
    let database = Database::open(config.database_url.as_deref(), &data, print_step).await?;
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
