//! The data directory of one marketplace, locked by one process at a time (an advisory file lock).

use std::fs::{self, DirBuilder, File, TryLockError};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A data directory that this process holds: no other gets a `DataDir` for the same folder until
/// every clone of this one is gone (the kernel sees to that, even after a hard kill).
#[derive(Debug, Clone)]
pub struct DataDir(Arc<LockedDir>);

#[derive(Debug)]
struct LockedDir {
    path: PathBuf,
    _lock: File,
}

#[derive(Debug, thiserror::Error)]
pub enum DataDirError {
    #[error("{} is in use by another process{}; stop that one, or choose another folder with --data",
            path.display(), pid.as_deref().map(|p| format!(" ({p})")).unwrap_or_default())]
    InUse { path: PathBuf, pid: Option<String> },
    #[error("the data directory {} can't be used: {source}", path.display())]
    Unusable { path: PathBuf, source: io::Error },
}

impl DataDir {
    /// Makes the folder if there is none, and locks it.
    pub fn open(path: &Path) -> Result<Self, DataDirError> {
        let unusable = |source| DataDirError::Unusable { path: path.to_owned(), source };
        // 0711: the database's user must get through to its own folder, nobody may list this one.
        DirBuilder::new().recursive(true).mode(0o711).create(path).map_err(unusable)?;
        let path = fs::canonicalize(path).map_err(unusable)?;
        let lock = lock(&path)?;
        Ok(Self(Arc::new(LockedDir { path, _lock: lock })))
    }

    /// The folder, absolute and without symbolic links.
    pub fn path(&self) -> &Path {
        &self.0.path
    }
}

fn lock(dir: &Path) -> Result<File, DataDirError> {
    let unusable = |source| DataDirError::Unusable { path: dir.to_owned(), source };
    let mut file = File::options()
        .create(true)
        .truncate(false)
        .read(true)
        .write(true)
        .open(dir.join("lock"))
        .map_err(unusable)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let mut pid = String::new();
            let _ = file.read_to_string(&mut pid);
            let pid = pid.trim();
            return Err(DataDirError::InUse {
                path: dir.to_owned(),
                pid: (!pid.is_empty()).then(|| pid.to_owned()),
            });
        }
        Err(TryLockError::Error(source)) => return Err(unusable(source)),
    }
    file.set_len(0).and_then(|()| writeln!(file, "{}", std::process::id())).map_err(unusable)?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_process_is_told_who_holds_the_folder() {
        let temp = tempfile::tempdir().unwrap();
        let data = temp.path().join("data");
        let held = DataDir::open(&data).unwrap();
        let refused = DataDir::open(&data).unwrap_err().to_string();
        assert!(refused.contains("is in use by another process"), "{refused}");
        assert!(refused.contains(&std::process::id().to_string()), "{refused}");

        let clone = held.clone();
        drop(held);
        DataDir::open(&data).unwrap_err();
        drop(clone);
        DataDir::open(&data).unwrap();
    }
}
