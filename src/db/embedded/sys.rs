//! The system calls that std has no safe name for. All `unsafe` of the library is in this file.

use std::io;
use std::process::Command;

/// How to end a PostgreSQL server.
#[derive(Debug, Clone, Copy)]
pub(super) enum ShutdownSignal {
    /// Roll back what runs, write everything down, stop (`SIGINT`).
    Fast,
    /// Stop at once; the next start replays the log (`SIGQUIT`).
    Immediate,
}

impl ShutdownSignal {
    fn signal(self) -> libc::c_int {
        match self {
            Self::Fast => libc::SIGINT,
            Self::Immediate => libc::SIGQUIT,
        }
    }
}

/// User and group that this process acts as.
pub(super) fn effective_ids() -> (u32, u32) {
    #[expect(unsafe_code, reason = "these have no preconditions and can't fail")]
    unsafe {
        (libc::geteuid(), libc::getegid())
    }
}

/// Whether there is a process of this number that a signal could be sent to.
pub(super) fn is_alive(pid: u32) -> bool {
    match kill(pid, 0) {
        Ok(()) => true,
        Err(error) => error.raw_os_error() == Some(libc::EPERM),
    }
}

pub(super) fn end(pid: u32, ending: ShutdownSignal) -> io::Result<()> {
    kill(pid, ending.signal())
}

fn kill(pid: u32, signal: libc::c_int) -> io::Result<()> {
    // 0 and negative numbers mean groups of processes; never those.
    let pid = libc::pid_t::try_from(pid).ok().filter(|pid| *pid > 0).ok_or(io::ErrorKind::InvalidInput)?;
    #[expect(unsafe_code, reason = "kill takes two numbers and touches no memory of ours")]
    let result = unsafe { libc::kill(pid, signal) };
    if result == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

/// Makes the kernel end the child (fast) when the *thread* that spawns it ends, however that
/// happens: so spawn from a thread that lives as long as the child should.
#[cfg(target_os = "linux")]
pub(super) fn kill_on_parent_exit(command: &mut Command) {
    use std::os::unix::process::CommandExt as _;

    let parent = std::process::id();
    // Runs between fork and exec, after std has changed the user (which clears the setting).
    let before_exec = move || {
        #[expect(unsafe_code, reason = "prctl with plain numbers is async-signal-safe")]
        let result = unsafe { libc::prctl(libc::PR_SET_PDEATHSIG, ShutdownSignal::Fast.signal()) };
        if result != 0 {
            return Err(io::Error::last_os_error());
        }
        // The parent may have died before the setting was made: then nobody would end us.
        if std::os::unix::process::parent_id() != parent {
            return Err(io::ErrorKind::Interrupted.into());
        }
        Ok(())
    };
    #[expect(unsafe_code, reason = "the closure makes two system calls and doesn't allocate")]
    unsafe {
        command.pre_exec(before_exec);
    }
}

/// Elsewhere a server that lost us runs on until the next start ends it.
#[cfg(not(target_os = "linux"))]
pub(super) fn kill_on_parent_exit(_command: &mut Command) {}
