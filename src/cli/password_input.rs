//! A password for a command. It is never an argument, which everybody on the machine can read in the list of processes
//! (L3): it comes from the terminal, from standard input, from a file, or from `HAGGLE_ADMIN_PASSWORD`.

use std::{
    fs,
    io::{self, IsTerminal as _},
    path::Path,
};

use anyhow::{Context, ensure};

/// One line, without its end.
pub(super) fn read_password(file: Option<&Path>) -> anyhow::Result<String> {
    let text = if let Some(file) = file {
        fs::read_to_string(file).with_context(|| format!("{} can't be read", file.display()))?
    } else if let Ok(password) = std::env::var("HAGGLE_ADMIN_PASSWORD")
        && !password.is_empty()
    {
        password
    } else if io::stdin().is_terminal() {
        let password = rpassword::prompt_password("Password, at least 10 characters: ")?;
        ensure!(rpassword::prompt_password("The same again: ")? == password, "these were two passwords");
        password
    } else {
        let mut line = String::new();
        io::stdin().read_line(&mut line)?;
        line
    };
    Ok(text.lines().next().unwrap_or_default().to_owned())
}
