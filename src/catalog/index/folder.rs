//! Where a node's index lies: a folder for each building of it, and a file that names the one in use.
//!
//! ```text
//! HAGGLE_DATA/search/current     → "v1-4f2a…"      replaced by a rename, so it names a whole index or nothing
//!                    v1-4f2a…/   the index in use
//!                    v1-91cc…/   one that is being built, or was when the program was killed: removed at the next start
//! ```
//!
//! All of it can be thrown away at any time. Without a folder (tests) it is in memory.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use tantivy::{Index, directory::MmapDirectory};

use super::schema::{VERSION, schema, tokenizers};

#[derive(Clone, Debug)]
pub enum IndexHome {
    Memory,
    Folder(PathBuf),
}

impl IndexHome {
    /// In a node's data directory.
    pub fn of(data: &Path) -> Self {
        Self::Folder(data.join("search"))
    }

    /// The index in use, if there is one of this version.
    pub fn open(&self) -> tantivy::Result<Option<Index>> {
        let Self::Folder(folder) = self else { return Ok(None) };
        let Some(name) = current(folder) else { return Ok(None) };
        Index::open_in_dir(folder.join(name)).map(with_tokenizers).map(Some)
    }

    /// An empty one beside it, and its name.
    pub fn create(&self) -> tantivy::Result<(Index, String)> {
        let (schema, _) = schema();
        let name = format!("v{VERSION}-{:016x}", rand::random::<u64>());
        let index = match self {
            Self::Memory => Index::create_in_ram(schema),
            Self::Folder(folder) => {
                let path = folder.join(&name);
                fs::create_dir_all(&path)?;
                Index::open_or_create(MmapDirectory::open(path)?, schema)?
            }
        };
        Ok((with_tokenizers(index), name))
    }

    /// Puts the index of this name in the place of the one in use. What is open of that one stays readable.
    pub fn put_in_use(&self, name: &str) -> io::Result<()> {
        let Self::Folder(folder) = self else { return Ok(()) };
        let new = folder.join("current.new");
        fs::write(&new, name)?;
        fs::File::open(&new)?.sync_all()?;
        fs::rename(&new, folder.join("current"))
    }

    /// Removes whatever isn't in use.
    pub fn clean(&self) -> io::Result<()> {
        let Self::Folder(folder) = self else { return Ok(()) };
        if !folder.exists() {
            return Ok(());
        }
        let in_use = current(folder);
        for entry in fs::read_dir(folder)?.flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            if entry.path().is_dir() && Some(&name) != in_use.as_ref() {
                fs::remove_dir_all(entry.path())?;
            }
        }
        Ok(())
    }

    /// Forgets the index in use: the next start builds it anew.
    pub fn forget(&self) -> io::Result<()> {
        let Self::Folder(folder) = self else { return Ok(()) };
        match fs::remove_file(folder.join("current")) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            done => done,
        }
    }
}

/// Before anything else: writers and readers take a copy.
fn with_tokenizers(mut index: Index) -> Index {
    index.set_tokenizers(tokenizers());
    index
}

/// Of this version.
fn current(folder: &Path) -> Option<String> {
    let name = fs::read_to_string(folder.join("current")).ok()?;
    // Nothing but a name of ours: it becomes a path.
    let is_ours = name.starts_with(&format!("v{VERSION}-"))
        && name.len() < 40
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    is_ours.then_some(name)
}
