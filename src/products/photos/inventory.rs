//! All photos of the store, taken in one listing: a question for each of a million photos would take a bucket an hour.

use std::{collections::HashMap, io, sync::Arc};

use futures_util::TryStreamExt as _;

use super::{PhotoKey, Size, Uploads};

/// Which photos have which files.
pub struct Inventory {
    photos: HashMap<PhotoKey, Found>,
}

struct Found {
    folder: Arc<str>,
    files: usize,
}

impl Inventory {
    pub async fn take(uploads: &Uploads) -> io::Result<Self> {
        let mut photos: HashMap<PhotoKey, Found> = HashMap::new();
        let mut folders: HashMap<String, Arc<str>> = HashMap::new();
        let mut files = uploads.list();
        while let Some((name, _)) = files.try_next().await? {
            let Some((folder, key)) = photo_of(&name) else { continue };
            let folder = folders.entry(folder.to_owned()).or_insert_with(|| Arc::from(folder));
            photos.entry(key).or_insert_with(|| Found { folder: folder.clone(), files: 0 }).files += 1;
        }
        Ok(Inventory { photos })
    }

    /// Whether all of a photo's files are there, in this folder.
    pub fn has(&self, folder: &str, key: &PhotoKey) -> bool {
        self.photos.get(key).is_some_and(|found| &*found.folder == folder && found.files == Size::ALL.len())
    }

    /// Folders and keys of everything there is.
    pub fn photos(&self) -> impl Iterator<Item = (&str, &PhotoKey)> {
        self.photos.iter().map(|(key, found)| (&*found.folder, key))
    }
}

/// `rooms/<room>/aa/<key>/large.webp` is a file of the photo `key` in the folder `rooms/<room>`.
fn photo_of(name: &str) -> Option<(&str, PhotoKey)> {
    let (photo, file) = name.rsplit_once('/')?;
    Size::from_file(file)?;
    let (shard, key) = photo.rsplit_once('/')?;
    let key: PhotoKey = key.parse().ok()?;
    let (folder, shard) = shard.rsplit_once('/').unwrap_or(("", shard));
    (shard == &key.as_str()[..2]).then_some((folder, key))
}
