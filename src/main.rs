//! Reads the command line and hands over to [`haggle::cli`].

use std::process::ExitCode;

/// An open socket's few small things outlive all that its request needed: the system's allocator leaves
/// holes in between, a third of what ten thousand idle sockets take (`cargo bench -- idle`).
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    haggle::cli::main()
}
