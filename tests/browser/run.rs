//! One test: a Node process that is watched.

use std::{
    io::Read,
    path::Path,
    process::{Child, Command, ExitStatus, Stdio},
    thread,
    time::{Duration, Instant},
};

use libtest_mimic::Failed;

use crate::{databases::TestDatabase, machine::Browser};

/// No test is this slow: one that takes longer hangs.
const TEST_TIMEOUT: Duration = Duration::from_secs(300);

/// A file of tests of the browser's own modules.
pub fn module(node: &Path, file: &Path) -> Result<(), Failed> {
    let mut command = Command::new(node);
    command.arg("--test").arg(file);
    finish(command)
}

/// A file of `tests/browser`, with a marketplace of its own. Its server log, and if it fails pictures
/// of its windows, are in `target/browser/NAME/`.
pub fn window(browser: &Browser, file: &Path) -> Result<(), Failed> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let database = runtime.block_on(TestDatabase::new());
    let data = tempfile::tempdir()?;
    let mut command = Command::new(&browser.node);
    command
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser/run.mjs"))
        .arg(file)
        .env("HAGGLE_BIN", env!("CARGO_BIN_EXE_haggle"))
        .env("CHROMIUM", &browser.chromium)
        .env("DATABASE_URL", database.url())
        .env("HAGGLE_DATA", data.path())
        .env("HAGGLE_KEEP", kept_for(file));
    finish(command)
}

fn kept_for(file: &Path) -> std::path::PathBuf {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("browser");
    target.join(crate::name(file))
}

/// Runs to the end; a failure carries all that was printed.
fn finish(mut command: Command) -> Result<(), Failed> {
    // Node holds the other end: when this process dies it reads the end of the pipe and clears up.
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn()?;
    let out = collect(child.stdout.take());
    let err = collect(child.stderr.take());
    let status = wait(&mut child);
    let said = [out, err].map(|thread| thread.join().unwrap_or_default()).concat();
    match status {
        Some(status) if status.success() => Ok(()),
        Some(status) => Err(format!("{status}\n{said}").into()),
        None => Err(format!("it took longer than {TEST_TIMEOUT:?}\n{said}").into()),
    }
}

fn collect(stream: Option<impl Read + Send + 'static>) -> thread::JoinHandle<String> {
    thread::spawn(move || {
        let mut text = Vec::new();
        if let Some(mut stream) = stream {
            let _ = stream.read_to_end(&mut text);
        }
        String::from_utf8_lossy(&text).into_owned()
    })
}

fn wait(child: &mut Child) -> Option<ExitStatus> {
    let stdin = child.stdin.take();
    let deadline = Instant::now() + TEST_TIMEOUT;
    while Instant::now() < deadline {
        if let Ok(Some(status)) = child.try_wait() {
            return Some(status);
        }
        thread::sleep(Duration::from_millis(20));
    }
    // It clears up at the end of its input, which closing the pipe is.
    drop(stdin);
    thread::sleep(Duration::from_secs(5));
    let _ = child.kill();
    let _ = child.wait();
    None
}
