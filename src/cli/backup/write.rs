//! `haggle backup FILE`: a snapshot of the database, then the photos, then what all that was.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, BufWriter, Read, Seek, Write},
    path::{Path, PathBuf},
};

use anyhow::{Context, ensure};
use futures_util::TryStreamExt;
use sqlx::{Executor, PgConnection};
use tempfile::NamedTempFile;

use super::{
    format::{CONTENTS, Checksum, FORMAT, MANIFEST, Manifest, columns, schema_version, tables},
    progress::{Progress, size},
};
use crate::{cli::open_database::open_unmigrated, config::Config, db};

/// Not of the backup: photos that are just being written, and what is noted about them.
const SKIPPED: [&str; 2] = [".incoming", ".noted"];

pub async fn backup(config: &Config, file: &Path, overwrite: bool) -> anyhow::Result<()> {
    ensure!(overwrite || !file.exists(), "{} exists; --overwrite replaces it", file.display());
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
    let written = write(&database.pool, &config.uploads()?, &part, folder).await;
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
    uploads: &Path,
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
    write_photos(&mut archive, uploads)?;
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

fn write_photos(archive: &mut Archive, uploads: &Path) -> anyhow::Result<()> {
    let mut total = 0;
    walk(uploads, &mut |_, bytes| {
        total += bytes;
        Ok(())
    })?;
    let mut progress = Progress::new("Photos", total);
    walk(uploads, &mut |path, _| {
        // What went away since is nobody's any more; a link isn't followed.
        let file = match open_no_link(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            opened => opened?,
        };
        let bytes = file.metadata()?.len();
        let inside = path.strip_prefix(uploads)?;
        let name = Path::new("uploads").join(inside);
        let name = name.to_str().context("a photo's name is no text")?;
        archive.append(name, bytes, file)?;
        progress.add(bytes);
        Ok(())
    })
}

/// Every regular file below `folder`, with its size. Folders that go away meanwhile are passed over.
fn walk(folder: &Path, found: &mut impl FnMut(&Path, u64) -> anyhow::Result<()>) -> anyhow::Result<()> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        entries => entries.with_context(|| format!("{} can't be read", folder.display()))?,
    };
    let mut paths: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.sort_unstable();
    for path in paths {
        if SKIPPED.iter().any(|name| path.ends_with(name)) {
            continue;
        }
        match fs::symlink_metadata(&path) {
            Ok(metadata) if metadata.is_dir() => walk(&path, found)?,
            Ok(metadata) if metadata.is_file() => found(&path, metadata.len())?,
            _ => {}
        }
    }
    Ok(())
}

fn open_no_link(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, libc::O_NOFOLLOW);
    options.open(path)
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
