//! Reads the command line and hands over to [`haggle::cli`].

use std::process::ExitCode;

fn main() -> ExitCode {
    haggle::cli::main()
}
