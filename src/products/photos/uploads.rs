use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::fs;
use tokio::io::AsyncWriteExt;

use super::{PhotoKey, Processed, Size};

/// The folder that photos lie in: `<first two digits of the key>/<key>/large.webp` and so on.
#[derive(Debug, Clone)]
pub struct Uploads {
    root: Arc<Path>,
    /// Where files are written before they are moved to their place.
    incoming: Arc<Path>,
}

impl Uploads {
    /// The folder is made when the first photo is saved.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        let root = root.into();
        Self { incoming: root.join(".incoming").into(), root: root.into() }
    }

    /// A folder inside of this one, for photos that aren't everybody's: their keys mean nothing outside
    /// of it. `name` isn't two hex digits, where the photos themselves lie.
    pub fn subfolder(&self, name: impl AsRef<Path>) -> Self {
        Self { root: self.root.join(name).into(), incoming: self.incoming.clone() }
    }

    /// A place in it that isn't a photo's.
    pub fn sibling_path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.root.join(name)
    }

    /// Makes the folder, its owner's alone (M5), and sees that files can be written in it (case 24).
    pub async fn prepare(&self) -> io::Result<()> {
        make_private(&self.root).await?;
        #[cfg(unix)]
        fs::set_permissions(&self.root, std::os::unix::fs::PermissionsExt::from_mode(0o700)).await?;
        make_private(&self.incoming).await?;
        tempfile::tempfile_in(&self.incoming).map(drop)
    }

    /// Stores the photo's files under a new key.
    pub async fn save(&self, photo: &Processed) -> io::Result<PhotoKey> {
        let key = PhotoKey::random();
        self.save_as(&key, photo).await?;
        Ok(key)
    }

    /// Stores the photo's files under this key, which nothing else has.
    ///
    /// A key has all of its files or isn't there: they are written aside, and moved in at the end.
    pub async fn save_as(&self, key: &PhotoKey, photo: &Processed) -> io::Result<()> {
        let aside = self.incoming.join(key.as_str());
        make_private(&aside).await?;
        let moved_in = async {
            for size in Size::ALL {
                write(&aside.join(size.file()), photo.file(size)).await?;
            }
            let folder = self.folder(key);
            if let Some(parent) = folder.parent() {
                make_private(parent).await?;
            }
            fs::rename(&aside, folder).await
        };
        if let Err(error) = moved_in.await {
            // What is in the way of writing may be in the way of this too; the first error says it.
            let _ = fs::remove_dir_all(&aside).await;
            return Err(error);
        }
        Ok(())
    }

    /// Makes the photo's files available under another key as well, without copying them where the disk can do that.
    pub async fn link(&self, from: &PhotoKey, to: &PhotoKey) -> io::Result<()> {
        make_private(&self.folder(to)).await?;
        for size in Size::ALL {
            let (from, to) = (self.path(from, size), self.path(to, size));
            if fs::hard_link(&from, &to).await.is_err() {
                fs::copy(from, to).await?;
            }
        }
        Ok(())
    }

    /// A file without a name, for what is on its way: it is gone when it is closed.
    pub fn spool_file(&self) -> io::Result<std::fs::File> {
        std::fs::create_dir_all(&self.incoming)?;
        tempfile::tempfile_in(&self.incoming)
    }

    /// Whether all of a photo's files are there.
    pub async fn has(&self, key: &PhotoKey) -> io::Result<bool> {
        for size in Size::ALL {
            if !fs::try_exists(self.path(key, size)).await? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Removes a photo's files. Removing what isn't there is fine.
    pub async fn remove(&self, key: &PhotoKey) -> io::Result<()> {
        match fs::remove_dir_all(self.folder(key)).await {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// The keys of photos whose files were stored more than `age` ago.
    pub async fn older_than(&self, age: Duration) -> io::Result<Vec<PhotoKey>> {
        let mut keys = Vec::new();
        for shard in folders(&self.root).await? {
            let is_shard = shard.file_name().and_then(|name| name.to_str()).is_some_and(is_shard);
            if !is_shard {
                continue;
            }
            for folder in folders(&shard).await? {
                let key =
                    folder.file_name().and_then(|name| name.to_str()).and_then(|name| name.parse().ok());
                if let Some(key) = key.filter(|_| is_older(&folder, age)) {
                    keys.push(key);
                }
            }
        }
        Ok(keys)
    }

    /// Removes what uploads that were cut off more than `age` ago have left where files are written first.
    pub async fn remove_incoming(&self, age: Duration) -> io::Result<()> {
        for left in folders(&self.incoming).await? {
            if is_older(&left, age) {
                fs::remove_dir_all(left).await?;
            }
        }
        Ok(())
    }

    /// Where the file of one size lies.
    pub fn path(&self, key: &PhotoKey, size: Size) -> PathBuf {
        self.folder(key).join(size.file())
    }

    fn folder(&self, key: &PhotoKey) -> PathBuf {
        self.root.join(&key.as_str()[..2]).join(key.as_str())
    }
}

/// Photos lie in folders of two hex digits.
fn is_shard(name: &str) -> bool {
    name.len() == 2 && name.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// The folders in a folder; none, if it isn't there.
async fn folders(of: &Path) -> io::Result<Vec<PathBuf>> {
    let mut entries = match fs::read_dir(of).await {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let mut folders = Vec::new();
    while let Some(entry) = entries.next_entry().await? {
        if entry.file_type().await.is_ok_and(|kind| kind.is_dir()) {
            folders.push(entry.path());
        }
    }
    Ok(folders)
}

fn is_older(path: &Path, age: Duration) -> bool {
    let modified = path.metadata().and_then(|it| it.modified());
    modified.is_ok_and(|at| at.elapsed().is_ok_and(|it| it > age))
}

/// A folder, and those above it that aren't there, for its owner alone: pictures of conversations lie in some of them.
async fn make_private(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    builder.mode(0o700);
    builder.create(folder).await
}

async fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    options.mode(0o600);
    let mut file = options.open(path).await?;
    file.write_all(bytes).await?;
    // The row that names this photo outlives a power cut, so the photo does too.
    file.sync_all().await
}

#[cfg(test)]
mod tests {
    use super::super::fixtures;
    use super::*;

    #[tokio::test]
    async fn photos_are_saved_whole_and_removed_whole() {
        let folder = tempfile::tempdir().expect("a folder");
        let uploads = Uploads::new(folder.path().join("uploads"));
        let photo = fixtures::processed();
        let key = uploads.save(&photo).await.expect("saved");
        for size in Size::ALL {
            let kept = std::fs::read(uploads.path(&key, size)).expect("a file");
            assert_eq!(kept, photo.file(size));
        }
        assert!(uploads.has(&key).await.expect("looked"));
        #[cfg(unix)]
        {
            // M5.
            use std::os::unix::fs::PermissionsExt as _;
            let mode = |path: &Path| path.metadata().expect("it is there").permissions().mode() & 0o777;
            let file = uploads.path(&key, Size::Small);
            assert_eq!(mode(&file), 0o600);
            assert!(file.ancestors().skip(1).take(3).all(|folder| mode(folder) == 0o700));
        }
        std::fs::remove_file(uploads.path(&key, Size::Small)).expect("gone");
        assert!(!uploads.has(&key).await.expect("looked"), "one of its files is missing");
        uploads.remove(&key).await.expect("removed");
        assert!(!uploads.path(&key, Size::Large).exists());
        uploads.remove(&key).await.expect("removed again");
    }

    #[tokio::test]
    async fn a_photo_that_cant_be_stored_leaves_nothing_behind() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("a file, not a folder");
        std::fs::write(&file, b"").expect("written");
        let uploads = Uploads::new(&file);
        assert!(uploads.save(&fixtures::processed()).await.is_err());
        assert!(uploads.prepare().await.is_err(), "case 24");
        let uploads = Uploads::new(folder.path().join("new"));
        uploads.prepare().await.expect("it is made");
        uploads.prepare().await.expect("it is there");
    }
}
