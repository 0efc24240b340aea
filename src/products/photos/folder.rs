//! Photos in a folder: one file for each size, its owner's alone (M5), written once.

use std::{
    io::{self, ErrorKind, Write as _},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use axum::body::Bytes;
use futures_util::stream::{self, BoxStream};
use tokio::{fs, io::AsyncWriteExt as _, sync::mpsc, task::spawn_blocking};

/// Not photos: what is being written, and what earlier versions noted about it.
const SKIPPED: [&str; 2] = [".incoming", ".noted"];
/// What a restore or an earlier version left in the middle of writing is nobody's after this time.
const LEFT_AFTER: Duration = Duration::from_secs(24 * 60 * 60);

#[derive(Clone, Debug)]
pub(super) struct Folder {
    root: Arc<Path>,
    /// Where files are that aren't in their place yet.
    incoming: Arc<Path>,
}

impl Folder {
    pub fn new(root: PathBuf) -> Self {
        Folder { incoming: root.join(".incoming").into(), root: root.into() }
    }

    pub fn root(&self) -> &Path {
        &self.root
    }

    pub fn incoming(&self) -> &Arc<Path> {
        &self.incoming
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    pub async fn prepare(&self) -> io::Result<()> {
        make_private(&self.root).await?;
        #[cfg(unix)]
        fs::set_permissions(&self.root, std::os::unix::fs::PermissionsExt::from_mode(0o700)).await?;
        make_private(&self.incoming).await?;
        let mut left = fs::read_dir(&self.incoming).await?;
        while let Some(entry) = left.next_entry().await? {
            let written = entry.metadata().await.and_then(|it| it.modified());
            if written.is_ok_and(|at| at.elapsed().is_ok_and(|age| age > LEFT_AFTER)) {
                // A start doesn't fail because of rubbish.
                let _ = match entry.path() {
                    path if path.is_dir() => fs::remove_dir_all(path).await,
                    path => fs::remove_file(path).await,
                };
            }
        }
        Ok(())
    }

    pub async fn try_writing(&self) -> io::Result<()> {
        make_private(&self.incoming).await?;
        tempfile::tempfile_in(&self.incoming).map(drop)
    }

    /// A photo's file, safe from a power cut.
    pub async fn put(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let path = self.path(name);
        if let Some(folder) = path.parent() {
            make_private(folder).await?;
        }
        let mut options = fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        options.mode(0o600);
        let mut file = options.open(path).await?;
        file.write_all(bytes).await?;
        // The row that names this photo outlives a power cut, so the photo does too.
        file.sync_all().await
    }

    /// A file that comes into its place whole; it never replaces any.
    pub async fn put_whole(&self, name: &str, bytes: Bytes) -> io::Result<()> {
        let (path, incoming) = (self.path(name), self.incoming.clone());
        make_private(&incoming).await?;
        if let Some(folder) = path.parent() {
            make_private(folder).await?;
        }
        spawn_blocking(move || {
            let mut file = tempfile::Builder::new().prefix("restore-").tempfile_in(incoming)?;
            file.write_all(&bytes)?;
            Ok(file.persist_noclobber(path).map(drop)?)
        })
        .await?
    }

    /// Without copying it where the disk can do that.
    pub async fn link(&self, from: &str, to: &str) -> io::Result<()> {
        let (from, to) = (self.path(from), self.path(to));
        if let Some(folder) = to.parent() {
            make_private(folder).await?;
        }
        if fs::hard_link(&from, &to).await.is_err() {
            fs::copy(from, to).await?;
        }
        Ok(())
    }

    /// A folder with all that is in it. Removing what isn't there is fine.
    pub async fn remove_all(&self, name: &str) -> io::Result<()> {
        absent_is_fine(fs::remove_dir_all(self.path(name)).await)
    }

    pub async fn remove(&self, name: &str) -> io::Result<()> {
        absent_is_fine(fs::remove_file(self.path(name)).await)
    }

    /// A link isn't followed.
    pub fn open(&self, name: &str) -> io::Result<(std::fs::File, u64)> {
        let mut options = std::fs::OpenOptions::new();
        options.read(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, libc::O_NOFOLLOW);
        let file = options.open(self.path(name))?;
        let size = file.metadata()?.len();
        Ok((file, size))
    }

    /// Names and sizes of all regular files. What goes away meanwhile is passed over.
    pub fn list(&self) -> BoxStream<'static, io::Result<(String, u64)>> {
        let (found, files) = mpsc::channel(1024);
        let root = self.root.clone();
        spawn_blocking(move || {
            if let Err(error) = walk(&root, &root, &found) {
                // Nobody may be waiting any more.
                let _ = found.blocking_send(Err(error));
            }
        });
        Box::pin(stream::unfold(files, |mut files| async { Some((files.recv().await?, files)) }))
    }
}

fn walk(root: &Path, folder: &Path, found: &mpsc::Sender<io::Result<(String, u64)>>) -> io::Result<()> {
    let entries = match std::fs::read_dir(folder) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        entries => {
            entries.map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", folder.display())))?
        }
    };
    let mut paths: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.sort_unstable();
    for path in paths {
        if SKIPPED.iter().any(|name| path.ends_with(name)) {
            continue;
        }
        match std::fs::symlink_metadata(&path) {
            Ok(metadata) if metadata.is_dir() => walk(root, &path, found)?,
            Ok(metadata) if metadata.is_file() => {
                let name = path.strip_prefix(root).ok().and_then(Path::to_str);
                let name = name
                    .ok_or_else(|| io::Error::other(format!("the name of {} is no text", path.display())))?;
                let file = Ok((name.replace(std::path::MAIN_SEPARATOR, "/"), metadata.len()));
                if found.blocking_send(file).is_err() {
                    return Ok(());
                }
            }
            _ => {}
        }
    }
    Ok(())
}

fn absent_is_fine(removed: io::Result<()>) -> io::Result<()> {
    match removed {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// A folder, and those above it that aren't there, for its owner alone: pictures of conversations lie in some of them.
pub(super) async fn make_private(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    builder.mode(0o700);
    builder.create(folder).await
}
