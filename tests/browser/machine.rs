//! What browser tests need of the machine: Node, Chromium, and the packages of `package.json`.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;

/// The oldest Node whose test runner has all that `tests/js` uses.
const OLDEST_NODE: u32 = 20;

/// A program's path, or one sentence that says what is missing and what to do.
type Found = Result<PathBuf, String>;

pub struct Machine {
    pub node: Found,
    chromium: Found,
    packages: Result<(), String>,
}

#[derive(Clone)]
pub struct Browser {
    pub node: PathBuf,
    pub chromium: PathBuf,
}

impl Machine {
    /// Fetches the packages once, if npm is there to do it; not when tests are only `listed`.
    pub fn look(listed: bool) -> Self {
        let node = node();
        let chromium = chromium();
        let packages = match (&node, &chromium) {
            (Ok(_), Ok(_)) if !listed => packages(),
            _ => Ok(()),
        };
        Self { node, chromium, packages }
    }

    pub fn missing(&self) -> impl Iterator<Item = &str> {
        let programs = [&self.node, &self.chromium].into_iter().filter_map(|found| found.as_ref().err());
        programs.chain(self.packages.as_ref().err()).map(String::as_str)
    }

    pub fn browser(&self) -> Result<Browser, String> {
        self.packages.clone()?;
        Ok(Browser { node: self.node.clone()?, chromium: self.chromium.clone()? })
    }
}

fn node() -> Found {
    let missing = "there is no Node; install it (`apt install nodejs npm`)";
    let output = Command::new("node").arg("--version").output().map_err(|_| missing)?;
    let version = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    let major = version.trim_start_matches('v').split('.').next().and_then(|it| it.parse().ok());
    match major {
        Some(OLDEST_NODE..) => Ok("node".into()),
        _ => Err(format!("Node is {version}; {OLDEST_NODE} or newer is needed")),
    }
}

fn chromium() -> Found {
    if let Some(path) = std::env::var_os("CHROMIUM") {
        let path = PathBuf::from(path);
        return if path.is_file() {
            Ok(path)
        } else {
            Err(format!("CHROMIUM={} isn't there", path.display()))
        };
    }
    let usual = [
        "/usr/bin/chromium",
        "/usr/bin/chromium-browser",
        "/usr/bin/google-chrome",
        "/opt/google/chrome/chrome",
        "/Applications/Chromium.app/Contents/MacOS/Chromium",
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    ];
    let found = usual.into_iter().map(PathBuf::from).find(|path| path.is_file());
    found
        .ok_or_else(|| "there is no Chromium; install it (`apt install chromium`) or set CHROMIUM".to_owned())
}

/// Playwright, axe and an OAuth client, in the versions of `package-lock.json`, below `tests/browser/node_modules`.
fn packages() -> Result<(), String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser");
    if installed(&folder) {
        return Ok(());
    }
    eprintln!("Browser tests: fetching Playwright, axe and an OAuth client with `npm ci` (only this once) …");
    let npm = Command::new("npm")
        .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"])
        .current_dir(&folder)
        .output()
        .map_err(|_| "there is no npm; install it (`apt install npm`)".to_owned())?;
    if npm.status.success() && installed(&folder) {
        return Ok(());
    }
    Err(format!("`npm ci` failed:\n{}", String::from_utf8_lossy(&npm.stderr).trim()))
}

fn installed(folder: &Path) -> bool {
    let read = |path: PathBuf| -> Value {
        fs::read(path).ok().and_then(|text| serde_json::from_slice(&text).ok()).unwrap_or_default()
    };
    let wanted = read(folder.join("package.json"));
    let packages = wanted["dependencies"].as_object();
    packages.is_some_and(|packages| {
        packages.iter().all(|(name, version)| {
            read(folder.join("node_modules").join(name).join("package.json"))["version"] == *version
        })
    })
}
