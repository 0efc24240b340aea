//! Where the cluster of a data directory lies, and whose it is.
//!
//! ```text
//! DATA/                      held by DataDir
//!   postgres/                the cluster; its logs in postgres/log/, one file a weekday
//!   postgres.log             what the server said while starting
//!   run/                     the socket, 0700
//! ```
//!
//! As root PostgreSQL runs as another account. Where that one can't reach DATA (say, below /root),
//! the three lie in `/var/lib/haggle/NAME-HASH/` instead, or below `/var/tmp/haggle/`, and the file
//! `DATA/postgres-elsewhere` says so: once written it is trusted, so that changed permissions
//! or a moved DATA never make the marketplace look empty.

use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use super::account::Account;
use super::{error::EmbeddedError, sys};
use crate::db::data_dir::DataDir;

const ELSEWHERE: &str = "postgres-elsewhere";

/// A socket's whole path fits into 108 bytes, on some systems 104: with the file's name and a
/// terminator to come, this is what is left for the folder.
const LONGEST_SOCKET_DIR: usize = 85;

#[derive(Debug)]
pub(super) struct ClusterLocation {
    /// Keeps the folder ours; the data directory itself, unless the cluster lies elsewhere.
    held: DataDir,
    pub account: Account,
}

impl ClusterLocation {
    pub fn of(data: &DataDir) -> Result<Self, EmbeddedError> {
        let held = match existing(data)? {
            Some(held) => held,
            None => new(data)?,
        };
        let account = match fs::metadata(held.path().join("postgres")) {
            Ok(cluster) => Account::owning(&cluster),
            Err(_) => Account::for_new_cluster(),
        };
        let location = Self { held, account };
        if !account.is_possible() {
            return Err(EmbeddedError::NotOurs { cluster: location.cluster(), uid: account.uid });
        }
        Ok(location)
    }

    pub fn cluster(&self) -> PathBuf {
        self.held.path().join("postgres")
    }

    pub fn start_log(&self) -> PathBuf {
        self.held.path().join("postgres.log")
    }

    /// The major version that made the cluster, if there is one.
    pub fn major(&self) -> Option<u32> {
        fs::read_to_string(self.cluster().join("PG_VERSION")).ok()?.trim().parse().ok()
    }

    /// A private folder for the socket: ours, or where our path is too long for one, a short one.
    pub fn socket_dir(&self) -> Result<PathBuf, EmbeddedError> {
        let ours = self.held.path().join("run");
        let dir = if ours.as_os_str().len() <= LONGEST_SOCKET_DIR {
            ours
        } else {
            short_dir().join(format!("haggle-{}", hash(self.held.path())))
        };
        self.account.private_dir(&dir).map_err(EmbeddedError::io("make the socket's folder", &dir))?;
        Ok(dir)
    }
}

/// Where the server that runs for `data` has its socket: the fifth line it wrote into its pid file.
pub(super) fn socket_dir_in_use(data: &Path) -> Option<PathBuf> {
    let elsewhere = fs::read_to_string(data.join(ELSEWHERE));
    let dir = elsewhere.map_or(data.to_owned(), |text| PathBuf::from(text.trim_end()));
    let pid_file = fs::read_to_string(dir.join("postgres/postmaster.pid")).ok()?;
    pid_file.lines().nth(4).filter(|line| !line.is_empty()).map(PathBuf::from)
}

/// The folder of a cluster that was made before, or was begun.
fn existing(data: &DataDir) -> Result<Option<DataDir>, EmbeddedError> {
    if data.path().join("postgres").exists() {
        return Ok(Some(data.clone()));
    }
    let pointer = data.path().join(ELSEWHERE);
    let dir = match fs::read_to_string(&pointer) {
        Ok(text) => PathBuf::from(text.trim_end()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(EmbeddedError::io("read", &pointer)(error)),
    };
    if !dir.is_dir() {
        return Err(EmbeddedError::Gone { dir, pointer });
    }
    Ok(Some(DataDir::open(&dir)?))
}

fn new(data: &DataDir) -> Result<DataDir, EmbeddedError> {
    if Account::for_new_cluster().can_enter(data.path()) {
        return Ok(data.clone());
    }
    let dir = place_elsewhere(data.path())?;
    let held = DataDir::open(&dir)?;
    let pointer = data.path().join(ELSEWHERE);
    fs::write(&pointer, format!("{}\n", dir.display())).map_err(EmbeddedError::io("write", &pointer))?;
    Ok(held)
}

/// A folder for the cluster of `data` that is root's to give and everybody's to pass.
fn place_elsewhere(data: &Path) -> Result<PathBuf, EmbeddedError> {
    let base = shared_base("/var/lib/haggle")?;
    let name = data.file_name().unwrap_or_default().to_string_lossy();
    let dir = base.join(format!("{name}-{}", hash(data)));
    root_dir(&dir).map_err(EmbeddedError::io("make", &dir))?;
    Ok(dir)
}

/// Where root's things lie when `preferred` can't be made (a read-only `/var/lib`).
pub(super) const FALLBACK: &str = "/var/tmp/haggle";

/// `preferred`, or [`FALLBACK`].
pub(super) fn shared_base(preferred: &str) -> Result<PathBuf, EmbeddedError> {
    if root_dir(Path::new(preferred)).is_ok() {
        return Ok(PathBuf::from(preferred));
    }
    let base = PathBuf::from(FALLBACK);
    root_dir(&base).map_err(EmbeddedError::io("make", &base))?;
    Ok(base)
}

/// Makes `dir` (0711), or makes sure that it is our own.
fn root_dir(dir: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o711).create(dir)?;
    is_ours(dir).then_some(()).ok_or_else(|| io::ErrorKind::PermissionDenied.into())
}

/// Whether nobody else can have put anything into `dir`: `/var/tmp` is everybody's to write.
pub(super) fn is_ours(dir: &Path) -> bool {
    fs::symlink_metadata(dir)
        .is_ok_and(|meta| meta.is_dir() && meta.uid() == sys::effective_ids().0 && meta.mode() & 0o022 == 0)
}

fn short_dir() -> PathBuf {
    std::env::var_os("XDG_RUNTIME_DIR")
        .map(PathBuf::from)
        .filter(|dir| dir.is_dir() && dir.as_os_str().len() < LONGEST_SOCKET_DIR - 40)
        .unwrap_or_else(|| PathBuf::from("/tmp"))
}

/// A short name for a path that no other path has.
fn hash(path: &Path) -> String {
    let digest = Sha256::digest(path.as_os_str().as_encoded_bytes());
    digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}
