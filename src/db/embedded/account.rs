//! The operating system's account that PostgreSQL runs as: ours, unless we are root.

use std::fs::{self, Metadata};
use std::io;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::Command;

use super::sys;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Account {
    pub uid: u32,
    gid: u32,
    /// Whether it is another account than the one this process has.
    foreign: bool,
}

impl Account {
    /// For a new cluster: ourselves, or as root the user `postgres`, else `nobody`: PostgreSQL
    /// refuses to run as root.
    pub fn for_new_cluster() -> Self {
        let (uid, gid) = sys::effective_ids();
        if uid != 0 {
            return Self::of(uid, gid);
        }
        let passwd = fs::read_to_string("/etc/passwd").unwrap_or_default();
        let (uid, gid) =
            find(&passwd, "postgres").or_else(|| find(&passwd, "nobody")).unwrap_or((65534, 65534));
        Self::of(uid, gid)
    }

    /// For a cluster that is there: whoever owns it. Nobody else could open it.
    pub fn owning(cluster: &Metadata) -> Self {
        Self::of(cluster.uid(), cluster.gid())
    }

    fn of(uid: u32, gid: u32) -> Self {
        Self { uid, gid, foreign: uid != sys::effective_ids().0 }
    }

    /// Whether this process may run programs as this account.
    pub fn is_possible(&self) -> bool {
        !self.foreign || sys::effective_ids().0 == 0
    }

    /// The command will run as this account, in none of our groups.
    pub fn run(&self, command: &mut Command) {
        if self.foreign {
            command.uid(self.uid).gid(self.gid);
        }
    }

    /// Whether this account can get to what lies in `dir` (absolute), by the permission bits of
    /// every folder on the way.
    pub fn can_enter(&self, dir: &Path) -> bool {
        !self.foreign || dir.ancestors().all(|dir| self.may_pass(dir))
    }

    fn may_pass(&self, dir: &Path) -> bool {
        fs::metadata(dir).is_ok_and(|meta| {
            let needed = if meta.uid() == self.uid {
                0o100
            } else if meta.gid() == self.gid {
                0o010
            } else {
                0o001
            };
            meta.mode() & needed != 0
        })
    }

    /// Makes `dir` this account's alone (0700), or makes sure that it is. A folder or link that
    /// somebody else put there is refused, so this is safe in `/tmp`.
    pub fn private_dir(&self, dir: &Path) -> io::Result<()> {
        match fs::create_dir(dir) {
            Ok(()) if self.foreign => chown(dir, Some(self.uid), Some(self.gid))?,
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
        let meta = fs::symlink_metadata(dir)?;
        if !meta.is_dir() || meta.uid() != self.uid {
            return Err(io::Error::new(io::ErrorKind::PermissionDenied, "it belongs to somebody else"));
        }
        fs::set_permissions(dir, fs::Permissions::from_mode(0o700))
    }
}

/// User and group number of `name` in the text of `/etc/passwd`.
fn find(passwd: &str, name: &str) -> Option<(u32, u32)> {
    passwd.lines().find_map(|line| {
        let mut fields = line.split(':');
        if fields.next()? != name {
            return None;
        }
        let uid = fields.nth(1)?.parse().ok()?;
        let gid = fields.next()?.parse().ok()?;
        Some((uid, gid))
    })
}

#[cfg(test)]
mod tests {
    use super::find;

    #[test]
    fn an_account_is_found_by_its_whole_name() {
        let passwd = "root:x:0:0::/root:/bin/bash\npostgres2:x:7:8::/:/\npostgres:x:101:104::/:/\n";
        assert_eq!(find(passwd, "postgres"), Some((101, 104)));
        assert_eq!(find(passwd, "nobody"), None);
    }
}
