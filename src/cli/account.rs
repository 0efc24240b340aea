//! Least privilege: started as root, the program becomes an account of its own before it does anything (L7).
//!
//! ```text
//! an account of that name (`HAGGLE_ACCOUNT`), and a data directory that is its own or isn't there yet → becomes it
//! otherwise                                                          → stays root, and says what to do about it
//! ```
//!
//! Everything is then as for an ordinary user, the private database too. What root once made stays root's until it is
//! given away by hand: this changes nothing that is there.

use std::{
    ffi::CString,
    fs::{self, DirBuilder},
    os::unix::fs::{DirBuilderExt as _, MetadataExt as _},
    path::Path,
};

use anyhow::Context;
use nix::unistd::{User, chown, geteuid, initgroups, setgid, setuid};

use crate::config::{Config, PhotoPlace};

/// To be called before there is a second thread: an account is a thread's, for the kernel.
pub fn leave_root(config: &Config) -> anyhow::Result<()> {
    if !geteuid().is_root() {
        return Ok(());
    }
    let name = &config.account;
    let Some(user) = User::from_name(name).ok().flatten().filter(|user| !user.uid.is_root()) else {
        eprintln!("Runs as root. With an account for it (useradd --system {name}) it becomes that one.");
        return Ok(());
    };
    let uploads = match config.uploads()? {
        PhotoPlace::Folder(folder) => folder,
        // What is on its way lies under the data directory.
        PhotoPlace::S3(_) => config.data.clone(),
    };
    for (folder, mode) in [(&config.data, 0o711), (&uploads, 0o700)] {
        if !folder.exists() {
            make(folder, mode, &user).with_context(|| format!("{} can't be made", folder.display()))?;
        }
    }
    let cluster = config.data.join("postgres");
    let is_elsewhere = config.data.join("postgres-elsewhere").exists();
    let is_theirs = [&config.data, &uploads, &cluster].iter().all(|folder| may_use(folder, &user));
    if is_elsewhere || !is_theirs {
        let data = config.data.display();
        eprintln!(
            "Runs as root: {data} isn't {name}'s, or out of its reach. Stopped, given away (chown -R {name}: {data}) \
             and started again, it becomes {name}."
        );
        return Ok(());
    }
    let becomes = || -> nix::Result<()> {
        initgroups(&CString::new(user.name.clone()).unwrap_or_default(), user.gid)?;
        setgid(user.gid)?;
        setuid(user.uid)
    };
    becomes().with_context(|| format!("root can't become {name}"))
}

fn make(folder: &Path, mode: u32, user: &User) -> anyhow::Result<()> {
    DirBuilder::new().recursive(true).mode(mode).create(folder)?;
    Ok(chown(folder, Some(user.uid), Some(user.gid))?)
}

/// Whether a folder is theirs, or will be, and every folder above it lets them through.
fn may_use(folder: &Path, user: &User) -> bool {
    let Ok(folder) = fs::canonicalize(folder) else { return true };
    let is_theirs = fs::metadata(&folder).is_ok_and(|meta| meta.uid() == user.uid.as_raw());
    let lets_through = |dir: &Path| {
        fs::metadata(dir).is_ok_and(|meta| {
            let needed = if meta.uid() == user.uid.as_raw() {
                0o100
            } else if meta.gid() == user.gid.as_raw() {
                0o010
            } else {
                0o001
            };
            meta.mode() & needed != 0
        })
    };
    is_theirs && folder.ancestors().skip(1).all(lets_through)
}
