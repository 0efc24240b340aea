//! `haggle restore FILE`: tables and photos into an empty marketplace, or nothing at all.
//!
//! ```text
//! check the whole file → photos into the store → one transaction with all tables; if that fails, the photos go again
//! ```

use std::{
    fs::File,
    io::{BufReader, Read, Seek as _},
    path::Path,
};

use anyhow::{Context, bail, ensure};
use sqlx::{AssertSqlSafe, Executor, PgConnection, PgPool};

use super::{
    format::{columns, schema_version, tables},
    photos,
    progress::Progress,
    verify::{Found, check},
};
use crate::{
    cli::{open_uploads::open_uploads, terminal::print_step},
    config::Config,
    db::{self, BulkLoad, DataDir, Database, MIGRATIONS},
    products::{
        photos::{Inventory, Uploads},
        stored_photos,
    },
};

pub async fn restore(config: &Config, file: &Path) -> anyhow::Result<()> {
    let mut tar = File::open(file).with_context(|| format!("{} can't be opened", file.display()))?;
    let could_not = || format!("{} could not be restored", file.display());
    let uploads = open_uploads(config)?;
    // Before anything is touched.
    let found = check(&mut tar).with_context(could_not)?;
    if found.manifest.format < 2 {
        println!("This backup is of an older format: what is missing from it can't be seen.");
    }
    // Not beside a running marketplace.
    let data = DataDir::open(&config.data)?;
    let database = Database::open(config.database_url.as_deref(), &data, print_step).await?;
    let mut read = read(&database.pool, &uploads, &mut tar, &found).await;
    if read.is_ok() {
        db::migrate(&database.pool).await?;
        // Photos whose upload began after the snapshot of the database.
        let inventory = Inventory::take(&uploads).await?;
        read = Ok(stored_photos::note_unknown(&database.pool, &inventory).await.map(drop)?);
    }
    database.close().await;
    read.with_context(could_not)?;
    println!("Everything from {} is back.", file.display());
    Ok(())
}

async fn read(db: &PgPool, uploads: &Uploads, tar: &mut File, found: &Found) -> anyhow::Result<()> {
    let schema = found.manifest.schema;
    ensure!(MIGRATIONS.version_exists(schema), "it was made by a newer version of Haggle");
    let mut conn = db::connect_unlimited(db).await?;
    MIGRATIONS.run_to(schema, &mut conn).await?;
    let there = schema_version(&mut conn).await?;
    ensure!(there == schema, "the database's schema is newer than the backup's; restore into a new database");
    let somebody: bool =
        sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM accounts)").fetch_one(&mut conn).await?;
    ensure!(!somebody, "there are people in this marketplace; restore into an empty one");

    let there = photos::already_there(uploads).await?;
    let restored = async {
        photos::put(tar, uploads, &there, found.photo_bytes).await?;
        tar.rewind()?;
        conn.execute("BEGIN").await?;
        copy_tables(&mut conn, tar, found.table_bytes).await?;
        conn.execute("COMMIT").await?;
        anyhow::Ok(())
    };
    let restored = restored.await;
    if restored.is_err() {
        tar.rewind()?;
        photos::take_back(tar, uploads, &there).await;
    }
    restored
}

async fn copy_tables(conn: &mut PgConnection, tar: &mut File, total: u64) -> anyhow::Result<()> {
    let tables = tables(conn).await?;
    // CASCADE: of sessions too, whose tables are others at each version.
    conn.execute(AssertSqlSafe(format!("TRUNCATE {}, sessions CASCADE", tables.join(", ")))).await?;
    // Indexes that have followed it are worth nothing now (`catalog::index`). Older schemas have none.
    conn.execute(
        "DO $$ BEGIN
             IF to_regclass('product_changes') IS NOT NULL THEN TRUNCATE product_changes; END IF;
         END $$",
    )
    .await?;
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
    let sequence: Option<String> = match columns.split(", ").any(|column| column == "id") {
        true => {
            let sql = "SELECT pg_get_serial_sequence($1, 'id')";
            sqlx::query_scalar(sql).bind(table).fetch_one(&mut *conn).await?
        }
        false => None,
    };
    // Ids of some tables are given otherwise.
    if let Some(sequence) = sequence {
        let next =
            format!("SELECT setval('{sequence}', (SELECT coalesce(max(id), 0) + 1 FROM {table}), false)");
        conn.execute(AssertSqlSafe(next)).await?;
    }
    Ok(())
}
