use std::fmt;
use std::io::{self, Cursor, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::body::Bytes;
use futures_util::future::try_join_all;
use futures_util::stream::BoxStream;

use super::bucket::Bucket;
use super::folder::{self, Folder};
use super::{PhotoKey, Processed, Size};

/// The photo store: a folder, or a bucket of an S3-compatible store. A photo's files are
/// `<first two digits of the key>/<key>/large.webp` and so on.
///
/// Whatever is written here has a row in `stored_photos` before (`products/stored_photos.rs`).
#[derive(Debug, Clone)]
pub struct Uploads {
    store: Store,
    /// The folder inside of it that this is; empty for products.
    folder: Arc<str>,
    /// Where files without a name are written.
    spool: Arc<Path>,
}

#[derive(Debug, Clone)]
enum Store {
    Folder(Folder),
    Bucket(Bucket),
}

/// Where one file of a photo is to be read.
pub(super) enum Place<'a> {
    File(PathBuf),
    Object(&'a Bucket, String),
}

/// A file of the store, for a backup.
pub struct StoredFile {
    pub size: u64,
    pub data: Box<dyn Read + Send>,
}

impl Uploads {
    /// The folder is made when the first photo is saved.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        let folder = Folder::new(root.into());
        Self { spool: folder.incoming().clone(), store: Store::Folder(folder), folder: "".into() }
    }

    /// `spool`: a folder for what is on its way.
    pub fn in_bucket(bucket: Bucket, spool: impl Into<PathBuf>) -> Self {
        Self { spool: spool.into().into(), store: Store::Bucket(bucket), folder: "".into() }
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

    /// Makes the folder, its owner's alone (M5), and sees that files can be written (case 24).
    pub async fn prepare(&self) -> io::Result<()> {
        folder::make_private(&self.spool).await?;
        if let Store::Folder(folder) = &self.store {
            folder.prepare().await?;
        }
        self.try_writing().await
    }

    pub async fn try_writing(&self) -> io::Result<()> {
        match &self.store {
            Store::Folder(folder) => folder.try_writing().await,
            Store::Bucket(bucket) => {
                let probe = format!("probe-{}", PhotoKey::random());
                bucket.put(&probe, Bytes::new()).await?;
                bucket.remove(&probe).await
            }
        }
    }

    /// Stores the photo's files under this key, which nothing else has.
    pub async fn save_as(&self, key: &PhotoKey, photo: &Processed) -> io::Result<()> {
        match &self.store {
            Store::Folder(folder) => {
                for size in Size::ALL {
                    folder.put(&self.name(key, size), photo.file(size)).await?;
                }
            }
            Store::Bucket(bucket) => {
                let files = Size::ALL.map(|size| (self.name(key, size), photo.file(size)));
                try_join_all(files.iter().map(|(name, bytes)| bucket.put(name, bytes.to_vec().into())))
                    .await?;
            }
        }
        Ok(())
    }

    /// Makes the photo's files available under another key as well, without copying them where the store can do that.
    pub async fn link(&self, from: &PhotoKey, to: &PhotoKey) -> io::Result<()> {
        for size in Size::ALL {
            let (from, to) = (self.name(from, size), self.name(to, size));
            match &self.store {
                Store::Folder(folder) => folder.link(&from, &to).await?,
                Store::Bucket(bucket) => bucket.copy(&from, &to).await?,
            }
        }
        Ok(())
    }

    /// A file without a name, for what is on its way: it is gone when it is closed.
    pub fn spool_file(&self) -> io::Result<std::fs::File> {
        std::fs::create_dir_all(&self.spool)?;
        tempfile::tempfile_in(&self.spool)
    }

    /// Removes a photo's files. Removing what isn't there is fine.
    pub async fn remove(&self, key: &PhotoKey) -> io::Result<()> {
        match &self.store {
            Store::Folder(folder) => folder.remove_all(&self.photo(key)).await,
            Store::Bucket(bucket) => {
                let files = Size::ALL.map(|size| self.name(key, size));
                try_join_all(files.iter().map(|name| bucket.remove(name))).await.map(drop)
            }
        }
    }

    /// Where the file of one size lies, in a folder.
    pub fn path(&self, key: &PhotoKey, size: Size) -> Option<PathBuf> {
        match self.place(key, size) {
            Place::File(path) => Some(path),
            Place::Object(..) => None,
        }
    }

    pub(super) fn place(&self, key: &PhotoKey, size: Size) -> Place<'_> {
        let name = self.name(key, size);
        match &self.store {
            Store::Folder(folder) => Place::File(folder.path(&name)),
            Store::Bucket(bucket) => Place::Object(bucket, name),
        }
    }

    fn photo(&self, key: &PhotoKey) -> String {
        let folder = if self.folder.is_empty() { String::new() } else { format!("{}/", self.folder) };
        format!("{folder}{}/{key}", &key.as_str()[..2])
    }

    /// What the file is called in the store.
    pub fn name(&self, key: &PhotoKey, size: Size) -> String {
        format!("{}/{}", self.photo(key), size.file())
    }
}

/// All files of the store by their names, whatever folder of it this is: for backups.
impl Uploads {
    /// Names and sizes.
    pub fn list(&self) -> BoxStream<'static, io::Result<(String, u64)>> {
        match &self.store {
            Store::Folder(folder) => folder.list(),
            Store::Bucket(bucket) => bucket.list(),
        }
    }

    pub async fn read(&self, name: &str) -> io::Result<StoredFile> {
        match &self.store {
            Store::Folder(folder) => {
                let (file, size) = folder.open(name)?;
                Ok(StoredFile { size, data: Box::new(file) })
            }
            Store::Bucket(bucket) => {
                let bytes = bucket.read_whole(name).await?;
                Ok(StoredFile { size: bytes.len() as u64, data: Box::new(Cursor::new(bytes)) })
            }
        }
    }

    /// Whole or not at all. In a folder it never replaces anything.
    pub async fn put(&self, name: &str, bytes: Bytes) -> io::Result<()> {
        match &self.store {
            Store::Folder(folder) => folder.put_whole(name, bytes).await,
            Store::Bucket(bucket) => bucket.put(name, bytes).await,
        }
    }

    /// Removing what isn't there is fine.
    pub async fn remove_file(&self, name: &str) -> io::Result<()> {
        match &self.store {
            Store::Folder(folder) => folder.remove(name).await,
            Store::Bucket(bucket) => bucket.remove(name).await,
        }
    }
}

/// For people: a path, or `s3://bucket/prefix`.
impl fmt::Display for Uploads {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.store {
            Store::Folder(folder) => folder.root().display().fmt(f),
            Store::Bucket(bucket) => f.write_str(bucket.name()),
        }
    }
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
            let kept = std::fs::read(uploads.path(&key, size).expect("a path")).expect("a file");
            assert_eq!(kept, photo.file(size));
        }
        #[cfg(unix)]
        {
            // M5.
            use std::os::unix::fs::PermissionsExt as _;
            let mode = |path: &Path| path.metadata().expect("it is there").permissions().mode() & 0o777;
            let file = uploads.path(&key, Size::Small).expect("a path");
            assert_eq!(mode(&file), 0o600);
            assert!(file.ancestors().skip(1).take(3).all(|folder| mode(folder) == 0o700));
        }
        uploads.remove(&key).await.expect("removed");
        assert!(!uploads.path(&key, Size::Large).expect("a path").exists());
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
