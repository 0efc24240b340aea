//! `haggle backup FILE`: a snapshot of the database, then the photos, then what all that was.

use std::{
    fs::File,
    io::{self, BufWriter, Read, Seek, Write},
    path::Path,
    pin::pin,
};

use anyhow::{Context, ensure};
use futures_util::{StreamExt, TryStreamExt};
use sqlx::{Executor, PgConnection};
use tempfile::NamedTempFile;

use super::{
    format::{CONTENTS, Checksum, FORMAT, MANIFEST, Manifest, columns, schema_version, tables},
    progress::{Progress, size},
};
use crate::{
    cli::{open_database::open_unmigrated, open_uploads::open_uploads},
    config::Config,
    db,
    products::photos::{StoredFile, Uploads},
};

pub async fn backup(config: &Config, file: &Path, overwrite: bool) -> anyhow::Result<()> {
    ensure!(overwrite || !file.exists(), "{} exists; --overwrite replaces it", file.display());
    let uploads = open_uploads(config)?;
    let folder = match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    // A name of its own, readable by nobody else, that becomes the file's when all is in it. It goes if that fails.
    let part = tempfile::Builder::new()
        .prefix(".haggle-backup-")
        .tempfile_in(folder)
        .with_context(|| format!("nothing can be written to {}", folder.display()))?;
    let database = open_unmigrated(config).await?;
    let written = write(&database.pool, &uploads, &part, folder).await;
    database.close().await;
    let bytes =
        written.with_context(|| format!("the backup could not be written to {}", folder.display()))?;
    let persisted = if overwrite { part.persist(file) } else { part.persist_noclobber(file) };
    persisted.with_context(|| format!("{} could not be put in place", file.display()))?;
    println!("Everything is in {}: {}.", file.display(), size(bytes));
    Ok(())
}

async fn write(
    pool: &sqlx::PgPool,
    uploads: &Uploads,
    part: &NamedTempFile,
    folder: &Path,
) -> anyhow::Result<u64> {
    let mut archive = Archive {
        tar: tar::Builder::new(BufWriter::with_capacity(1 << 20, part.reopen()?)),
        contents: BufWriter::new(tempfile::tempfile_in(folder)?),
    };
    let mut conn = db::connect_unlimited(pool).await?;
    conn.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?;
    let manifest = Manifest { format: FORMAT, schema: schema_version(&mut conn).await? };
    let manifest = serde_json::to_vec(&manifest)?;
    archive.append(MANIFEST, manifest.len() as u64, &manifest[..])?;
    let total: i64 = sqlx::query_scalar(
        "SELECT coalesce(sum(pg_table_size(oid)), 0)::bigint FROM pg_class
         WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace AND relname <> 'message_search'",
    )
    .fetch_one(&mut conn)
    .await?;
    let mut progress = Progress::new("Database", total.unsigned_abs());
    for table in tables(&mut conn).await? {
        write_table(&mut archive, &mut conn, &table, folder, &mut progress).await?;
    }
    conn.execute("COMMIT").await?;
    // After the snapshot: every photo that it names is there, or was deleted since.
    write_photos(&mut archive, uploads).await?;
    let file = archive.close()?.into_inner().map_err(io::IntoInnerError::into_error)?;
    file.sync_all()?;
    Ok(file.metadata()?.len())
}

/// By a spool file, because a member's size stands before it. The file has no name: it goes when it is closed.
async fn write_table(
    archive: &mut Archive,
    conn: &mut PgConnection,
    table: &str,
    folder: &Path,
    progress: &mut Progress,
) -> anyhow::Result<()> {
    let mut spool = BufWriter::with_capacity(1 << 20, tempfile::tempfile_in(folder)?);
    let copy = format!("COPY {table} ({}) TO STDOUT", columns(conn, table).await?);
    let mut rows = conn.copy_out_raw(&copy).await?;
    while let Some(bytes) = rows.try_next().await? {
        spool.write_all(&bytes)?;
        progress.add(bytes.len() as u64);
    }
    drop(rows);
    let mut spool = spool.into_inner().map_err(io::IntoInnerError::into_error)?;
    let size = spool.stream_position()?;
    spool.rewind()?;
    archive.append(&format!("tables/{table}"), size, spool)?;
    Ok(())
}

/// Photos read at a time.
const READ_AHEAD: usize = 8;

async fn write_photos(archive: &mut Archive, uploads: &Uploads) -> anyhow::Result<()> {
    let mut total = 0;
    let mut listed = uploads.list();
    while let Some((_, bytes)) = listed.try_next().await? {
        total += bytes;
    }
    let mut progress = Progress::new("Photos", total);
    let files = uploads.list().map(|listed| async {
        let (name, _) = listed?;
        let file: io::Result<Option<(String, StoredFile)>> = match uploads.read(&name).await {
            // What went away since is nobody's any more.
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            read => Ok(Some((name, read?))),
        };
        file
    });
    let mut files = pin!(files.buffered(READ_AHEAD));
    while let Some(file) = files.try_next().await.context("a photo can't be read")? {
        let Some((name, StoredFile { size, data })) = file else { continue };
        archive.append(&format!("uploads/{name}"), size, data)?;
        progress.add(size);
    }
    Ok(())
}

struct Archive {
    tar: tar::Builder<BufWriter<File>>,
    /// What the closing member will be: there may be a million photos.
    contents: BufWriter<File>,
}

impl Archive {
    fn append(&mut self, name: &str, size: u64, data: impl Read) -> io::Result<()> {
        let mut data = Summed { data: data.take(size), sum: Checksum::default() };
        append(&mut self.tar, name, size, &mut data)?;
        if data.sum.bytes != size {
            return Err(io::Error::other(format!("{name} became shorter while it was read")));
        }
        self.contents.write_all(data.sum.member(name).line().as_bytes())
    }
}

impl Archive {
    /// With the closing member.
    fn close(mut self) -> anyhow::Result<BufWriter<File>> {
        let mut contents = self.contents.into_inner().map_err(io::IntoInnerError::into_error)?;
        let size = contents.stream_position()?;
        contents.rewind()?;
        append(&mut self.tar, CONTENTS, size, &mut contents)?;
        Ok(self.tar.into_inner()?)
    }
}

fn append(tar: &mut tar::Builder<BufWriter<File>>, name: &str, size: u64, data: impl Read) -> io::Result<()> {
    let mut header = tar::Header::new_gnu();
    header.set_size(size);
    header.set_mode(0o600);
    tar.append_data(&mut header, name, data)
}

/// Passes bytes on and sums them up.
struct Summed<R> {
    data: R,
    sum: Checksum,
}

impl<R: Read> Read for Summed<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.data.read(buffer)?;
        self.sum.update(&buffer[..read]);
        Ok(read)
    }
}
