//! The program as people see it: real Chromium windows on the real binary.
//!
//! Each `NAME.test.mjs` beside this file is one test; `support.mjs` is what they act with. The Node
//! tests of the browser's own modules (`tests/js`) and of the reference client (`clients/typescript/tests`)
//! run from here too, as they need Node as well. What a machine lacks is said, and the tests that need it
//! are listed as ignored; with `HAGGLE_DEMAND_BROWSER=1` (`.ci/run`) it is a failure instead.

// Half of what databases.rs offers is for `tests/it`.
#[allow(dead_code, reason = "shared with tests/it, which uses the rest")]
#[path = "../it/support/databases.rs"]
mod databases;
mod machine;
mod run;

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use libtest_mimic::{Arguments, Trial};
use machine::Machine;

fn main() -> ExitCode {
    let args = Arguments::from_args();
    let machine = Machine::look(args.list);
    for missing in machine.missing() {
        eprintln!("Browser tests: {missing}");
    }
    if machine.missing().next().is_some()
        && std::env::var_os("HAGGLE_DEMAND_BROWSER").is_some_and(|it| it == "1")
    {
        return ExitCode::FAILURE;
    }
    let modules = files("tests/js").into_iter().map(|file| {
        let node = machine.node.clone();
        let ignored = node.is_err();
        Trial::test(format!("js::{}", name(&file)), move || run::module(&node?, &file))
            .with_ignored_flag(ignored)
    });
    let client = files("clients/typescript/tests").into_iter().map(|file| {
        let node = machine.client();
        let ignored = node.is_err();
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        let name = format!("client::{}", name.trim_end_matches(".test.mjs"));
        Trial::test(name, move || run::module(&node?, &file)).with_ignored_flag(ignored)
    });
    let windows = files("tests/browser").into_iter().map(|file| {
        let browser = machine.browser();
        let ignored = browser.is_err();
        Trial::test(format!("browser::{}", name(&file)), move || run::window(&browser?, &file))
            .with_ignored_flag(ignored)
    });
    libtest_mimic::run(&args, modules.chain(client).chain(windows).collect()).exit_code()
}

/// The `*.test.mjs` files of a folder and of the folders in it, in order.
fn files(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let (mut files, mut folders) = (Vec::new(), vec![folder]);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() && entry.file_name() != "node_modules" {
                folders.push(path);
            } else if path.to_string_lossy().ends_with(".test.mjs") {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}

/// A file of `tests/js` is named as its module is: `timeline::entry_feed`.
fn name(file: &Path) -> String {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let below = file.strip_prefix(tests).unwrap_or(file).components().skip(1);
    let parts: Vec<_> = below.map(|part| part.as_os_str().to_string_lossy()).collect();
    parts.join("::").trim_end_matches(".test.mjs").to_owned()
}
