//! Which PostgreSQL to use: one that is installed, one fetched before, or one fetched now.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::account::Account;
use super::process::{postgres_command, run};
use super::{error::EmbeddedError, fetch};
use crate::db::version::OLDEST_MAJOR;

/// A folder with `postgres` and `initdb` that the account can run.
#[derive(Debug, Clone)]
pub(super) struct PostgresBinaries {
    bin: PathBuf,
    pub major: u32,
}

impl PostgresBinaries {
    /// Programs of exactly the major version `wanted`, else the newest that will do.
    ///
    /// `PG_BIN` is an order: what it names is taken, or said to be wrong.
    pub async fn find(
        wanted: Option<u32>,
        account: &Account,
        progress: &impl Fn(&str),
    ) -> Result<Self, EmbeddedError> {
        let fits = |major: u32| wanted.map_or(major >= OLDEST_MAJOR, |wanted| major == wanted);
        if let Some(bin) = std::env::var_os("PG_BIN") {
            let bin = PathBuf::from(bin);
            return match Self::inspect(&bin, account).await {
                Some(binaries) if fits(binaries.major) => Ok(binaries),
                found => Err(EmbeddedError::PgBin { bin, found: found.map(|it| it.major), wanted }),
            };
        }
        let mut best: Option<Self> = None;
        for bin in candidates().await {
            if let Some(found) = Self::inspect(&bin, account).await
                && fits(found.major)
                && best.as_ref().is_none_or(|best| found.major > best.major)
            {
                best = Some(found);
            }
        }
        match best {
            Some(binaries) => Ok(binaries),
            None if fits(fetch::MAJOR) => {
                let none = |why| EmbeddedError::none_found(wanted, why);
                let bin = fetch::fetch(progress).await.map_err(none)?;
                let fetched = Self::inspect(&bin, account).await;
                fetched.ok_or_else(|| none("the fetched one doesn't run here".to_owned()))
            }
            None => Err(EmbeddedError::none_found(wanted, "none was found".to_owned())),
        }
    }

    /// Asks the programs for their version, as the account: one that it can't run is none.
    async fn inspect(bin: &Path, account: &Account) -> Option<Self> {
        let ask = async |program: &str| {
            let mut command = postgres_command(bin.join(program), account);
            command.arg("--version");
            run(command).await.ok()
        };
        ask("initdb").await?;
        let major = major_in(&ask("postgres").await?)?;
        Some(Self { bin: bin.to_owned(), major })
    }

    pub fn command(&self, program: &str, account: &Account) -> Command {
        postgres_command(self.bin.join(program), account)
    }
}

/// 15 in `postgres (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)`, 18 in `… 18beta1`.
fn major_in(version: &str) -> Option<u32> {
    let number = version.split_once("(PostgreSQL) ")?.1;
    let digits = number.find(|c: char| !c.is_ascii_digit()).unwrap_or(number.len());
    number[..digits].parse().ok()
}

async fn candidates() -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut pg_config = Command::new("pg_config");
    pg_config.arg("--bindir");
    if let Ok(dir) = run(pg_config).await {
        found.push(PathBuf::from(dir.trim()));
    }
    found.extend(std::env::var_os("PATH").iter().flat_map(std::env::split_paths));
    for (parent, prefix, bin) in [
        ("/usr/lib/postgresql", "", "bin"), // Debian, Ubuntu
        ("/usr", "pgsql-", "bin"),          // postgresql.org's packages for Fedora and friends
        ("/usr/libexec", "postgresql", ""), // Alpine
        ("/opt/homebrew/opt", "postgresql", "bin"),
        ("/usr/local/opt", "postgresql", "bin"),
        ("/home/linuxbrew/.linuxbrew/opt", "postgresql", "bin"),
        ("/Applications/Postgres.app/Contents/Versions", "", "bin"),
    ] {
        found.extend(below(Path::new(parent), prefix).map(|dir| dir.join(bin)));
    }
    found.extend(fetch::fetched_before());
    found.retain(|dir| dir.join("postgres").is_file());
    found.sort();
    found.dedup();
    found
}

fn below(parent: &Path, prefix: &'static str) -> impl Iterator<Item = PathBuf> {
    fs::read_dir(parent)
        .into_iter()
        .flatten()
        .flatten()
        .filter(move |entry| entry.file_name().to_string_lossy().starts_with(prefix))
        .map(|entry| entry.path())
}

#[cfg(test)]
mod tests {
    use super::major_in;

    #[test]
    fn versions_as_they_are_printed() {
        assert_eq!(major_in("postgres (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)\n"), Some(15));
        assert_eq!(major_in("postgres (PostgreSQL) 18.6\n"), Some(18));
        assert_eq!(major_in("postgres (PostgreSQL) 19beta1\n"), Some(19));
        assert_eq!(major_in("postgres: command not found"), None);
    }
}
