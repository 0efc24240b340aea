//! Reads the command line and hands over to [`haggle::cli`].

use std::process::ExitCode;

/// An open socket's few small things outlive all that its request needed: the system's allocator leaves
/// holes in between, a third of what ten thousand idle sockets take (`cargo bench -- idle`).
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The C library's allocator, under the WebP encoder, keeps up to eight heaps for each core, and a photo leaves 14 MB in
/// whichever its thread is given. Two are enough, and what is large goes back to the system at once.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[expect(unsafe_code, reason = "there is no safe name for it")]
fn limit_c_heaps() {
    // SAFETY: it takes two numbers, and no other thread runs yet.
    unsafe {
        libc::mallopt(libc::M_ARENA_MAX, 2);
        libc::mallopt(libc::M_MMAP_THRESHOLD, 256 * 1024);
    }
}

fn main() -> ExitCode {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    limit_c_heaps();
    haggle::cli::main()
}
