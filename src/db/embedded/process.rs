//! Running PostgreSQL's programs, and others, to their end.

use std::ffi::OsStr;
use std::process::{Command, Output, Stdio};

use super::account::Account;
use super::error::EmbeddedError;

/// A command for one of PostgreSQL's programs, run as `account`, that takes nothing from our
/// surroundings: no `PG…` variables, no language, no folder that the account may not enter.
pub(super) fn postgres_command(program: impl AsRef<OsStr>, account: &Account) -> Command {
    let mut command = Command::new(program);
    for (name, _) in std::env::vars_os() {
        if name.as_encoded_bytes().starts_with(b"PG") {
            command.env_remove(name);
        }
    }
    command.env("LC_ALL", "C").current_dir("/").stdin(Stdio::null());
    account.run(&mut command);
    command
}

/// Runs to the end and gives what was printed. If the future is dropped, the program is killed.
pub(super) async fn run(command: Command) -> Result<String, EmbeddedError> {
    let name = command.get_program().to_string_lossy().into_owned();
    let failed = |why: String| EmbeddedError::Program { name: name.clone(), why };
    let output = tokio::process::Command::from(command)
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output()
        .await
        .map_err(|error| failed(error.to_string()))?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    } else {
        Err(failed(explain(&output)))
    }
}

fn explain(output: &Output) -> String {
    let said = String::from_utf8_lossy(&output.stderr);
    match said.trim() {
        "" => output.status.to_string(),
        said => said.to_owned(),
    }
}
