use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::fs;
use tokio::io::AsyncWriteExt;

use super::{PhotoKey, Processed, Size};

/// The folder that photos lie in: `<first two digits of the key>/<key>/large.webp` and so on.
///
/// Whatever is written here has a row in `stored_photos` before (`products/stored_photos.rs`).
#[derive(Debug, Clone)]
pub struct Uploads {
    root: Arc<Path>,
    /// The folder inside of it that this is; empty for products.
    folder: Arc<str>,
    /// Where files without a name are written.
    incoming: Arc<Path>,
}

impl Uploads {
    /// The folder is made when the first photo is saved.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        let root = root.into();
        Self { incoming: root.join(".incoming").into(), root: root.into(), folder: "".into() }
    }

    /// A folder of the store, for photos that aren't everybody's: their keys mean nothing outside of it. `name` isn't
    /// two hex digits, where the photos themselves lie; empty for products'.
    pub fn subfolder(&self, name: impl Into<Arc<str>>) -> Self {
        Self { folder: name.into(), ..self.clone() }
    }

    /// Which of them this is.
    pub fn folder(&self) -> &str {
        &self.folder
    }

    /// Makes the folder, its owner's alone (M5), and sees that files can be written in it (case 24).
    pub async fn prepare(&self) -> io::Result<()> {
        make_private(&self.root).await?;
        #[cfg(unix)]
        fs::set_permissions(&self.root, std::os::unix::fs::PermissionsExt::from_mode(0o700)).await?;
        make_private(&self.incoming).await?;
        tempfile::tempfile_in(&self.incoming).map(drop)
    }

    /// Stores the photo's files under this key, which nothing else has.
    pub async fn save_as(&self, key: &PhotoKey, photo: &Processed) -> io::Result<()> {
        let folder = self.photo_folder(key);
        make_private(&folder).await?;
        for size in Size::ALL {
            write(&folder.join(size.file()), photo.file(size)).await?;
        }
        Ok(())
    }

    /// Makes the photo's files available under another key as well, without copying them where the disk can do that.
    pub async fn link(&self, from: &PhotoKey, to: &PhotoKey) -> io::Result<()> {
        make_private(&self.photo_folder(to)).await?;
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
        match fs::remove_dir_all(self.photo_folder(key)).await {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// Where the file of one size lies.
    pub fn path(&self, key: &PhotoKey, size: Size) -> PathBuf {
        self.photo_folder(key).join(size.file())
    }

    fn photo_folder(&self, key: &PhotoKey) -> PathBuf {
        self.root.join(&*self.folder).join(&key.as_str()[..2]).join(key.as_str())
    }
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
        let key = PhotoKey::random();
        uploads.save_as(&key, &photo).await.expect("saved");
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
    async fn a_place_that_cant_be_written_is_said_to_be_one() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("a file, not a folder");
        std::fs::write(&file, b"").expect("written");
        let uploads = Uploads::new(&file);
        assert!(uploads.save_as(&PhotoKey::random(), &fixtures::processed()).await.is_err());
        assert!(uploads.prepare().await.is_err(), "case 24");
        let uploads = Uploads::new(folder.path().join("new"));
        uploads.prepare().await.expect("it is made");
        uploads.prepare().await.expect("it is there");
    }
}
