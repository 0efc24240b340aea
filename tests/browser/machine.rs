//! What browser tests need of the machine: Node, Chromium, and the packages of `package.json`.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;

/// The oldest Node whose test runner has all that `tests/js` uses.
const OLDEST_NODE: u32 = 20;

/// The reference client, by which `phone.test.mjs` acts.
const CLIENT: &str = "clients/typescript";

/// A program's path, or one sentence that says what is missing and what to do.
type Found = Result<PathBuf, String>;

pub struct Machine {
    pub node: Found,
    chromium: Found,
    packages: Result<(), String>,
    client: Result<(), String>,
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
            (Ok(_), Ok(_)) if !listed => fetch("tests/browser"),
            _ => Ok(()),
        };
        let client = match &node {
            Ok(_) if !listed => fetch(CLIENT).and_then(|()| build_client()),
            _ => Ok(()),
        };
        Self { node, chromium, packages, client }
    }

    pub fn missing(&self) -> impl Iterator<Item = &str> {
        let programs = [&self.node, &self.chromium].into_iter().filter_map(|found| found.as_ref().err());
        let parts = [&self.packages, &self.client].into_iter().filter_map(|part| part.as_ref().err());
        programs.chain(parts).map(String::as_str)
    }

    /// Node, where the reference client is built.
    pub fn client(&self) -> Found {
        self.client.clone()?;
        self.node.clone()
    }

    pub fn browser(&self) -> Result<Browser, String> {
        self.packages.clone()?;
        self.client.clone()?;
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

/// What `package-lock.json` of a folder names (Playwright, axe, an OAuth client; TypeScript and what reads the document).
fn fetch(folder: &str) -> Result<(), String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    if installed(&path) {
        return Ok(());
    }
    eprintln!("Browser tests: fetching the packages of {folder} with `npm ci` (only this once) …");
    let npm = Command::new("npm")
        .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"])
        .current_dir(&path)
        .output()
        .map_err(|_| "there is no npm; install it (`apt install npm`)".to_owned())?;
    if npm.status.success() && installed(&path) {
        return Ok(());
    }
    Err(format!("`npm ci` failed in {folder}:\n{}", String::from_utf8_lossy(&npm.stderr).trim()))
}

/// `tsc`, which looks at nothing that is as it was.
fn build_client() -> Result<(), String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(CLIENT);
    let tsc = Command::new("node_modules/.bin/tsc").current_dir(folder).output();
    let tsc = tsc.map_err(|error| format!("there is no tsc: {error}"))?;
    if tsc.status.success() {
        return Ok(());
    }
    Err(format!("the reference client doesn't compile:\n{}", String::from_utf8_lossy(&tsc.stdout).trim()))
}

fn installed(folder: &Path) -> bool {
    let read = |path: PathBuf| -> Value {
        fs::read(path).ok().and_then(|text| serde_json::from_slice(&text).ok()).unwrap_or_default()
    };
    let wanted = read(folder.join("package.json"));
    let mut packages =
        ["dependencies", "devDependencies"].into_iter().filter_map(|all| wanted[all].as_object()).flatten();
    packages.all(|(name, version)| {
        read(folder.join("node_modules").join(name).join("package.json"))["version"] == *version
    })
}
