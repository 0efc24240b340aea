//! Making a cluster: beside its place, then renamed, so that it is there whole or not at all.

use std::fs;
use std::path::Path;

use super::binaries::PostgresBinaries;
use super::location::ClusterLocation;
use super::process::run;
use super::server::NAME;
use super::{durability::Durability, error::EmbeddedError};

/// Unicode letters in code-point order, by the first of these that the machine knows: the C
/// library's (nearly every Linux), PostgreSQL's own (17 or newer), and at last ASCII letters only.
const LOCALES: [&[&str]; 3] = [
    &["--locale=C.UTF-8"],
    &["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"],
    &["--locale=C"],
];

pub(super) async fn make(
    location: &ClusterLocation,
    binaries: &PostgresBinaries,
    durability: Durability,
) -> Result<(), EmbeddedError> {
    let cluster = location.cluster();
    remove_half_made(&cluster);
    // Not a name that another run's initdb, orphaned by a hard kill, may still be writing to.
    let making = cluster.with_extension(format!("new-{}", std::process::id()));
    location.account.private_dir(&making).map_err(EmbeddedError::io("make", &making))?;
    initdb(location, binaries, durability, &making).await?;
    fs::rename(&making, &cluster).map_err(EmbeddedError::io("make", &cluster))
}

async fn initdb(
    location: &ClusterLocation,
    binaries: &PostgresBinaries,
    durability: Durability,
    dir: &Path,
) -> Result<(), EmbeddedError> {
    let mut first_error = None;
    for locale in LOCALES {
        let mut command = binaries.command("initdb", &location.account);
        command.arg("-D").arg(dir).args(["--username", NAME]);
        command.args(["--auth=trust", "--encoding=UTF8"]).args(locale);
        command.args(durability.pick(None, Some("--no-sync")));
        match run(command).await {
            Ok(_) => return Ok(()),
            Err(error) => first_error = first_error.or(Some(error)),
        }
    }
    // Where no locale helps, the first answer says what is really wrong.
    first_error.map_or(Ok(()), Err)
}

/// Folders of runs that were killed while making a cluster. One that resists is left for later.
fn remove_half_made(cluster: &Path) {
    let siblings = cluster.parent().map(fs::read_dir);
    for entry in siblings.into_iter().flatten().flatten().flatten() {
        if entry.file_name().to_string_lossy().starts_with("postgres.new-") {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}
