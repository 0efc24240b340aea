//! An orphaned server, left by a process that was killed: ended before a new one starts.

use std::fs;
use std::path::Path;
#[cfg(not(target_os = "linux"))]
use std::process::Command;
use std::time::{Duration, Instant};

use super::error::EmbeddedError;
use super::sys::{self, ShutdownSignal};

/// Ends the orphan of this cluster, if there is one.
pub(super) async fn stop(cluster: &Path, progress: &impl Fn(&str)) -> Result<(), EmbeddedError> {
    let pid_file = cluster.join("postmaster.pid");
    let Some(pid) = orphan_pid(&pid_file) else {
        return Ok(());
    };
    if !is_server_of(pid, cluster) {
        // PostgreSQL copes with the number of a dead process, but takes any living one for itself:
        // in containers numbers repeat.
        if sys::is_alive(pid) {
            fs::remove_file(&pid_file).map_err(EmbeddedError::io("remove", &pid_file))?;
        }
        return Ok(());
    }
    progress("Ending the PostgreSQL that an earlier run left behind …");
    for ending in [ShutdownSignal::Fast, ShutdownSignal::Immediate] {
        let _ = sys::end(pid, ending);
        let asked = Instant::now();
        while asked.elapsed() < Duration::from_secs(20) {
            if !is_server_of(pid, cluster) {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
    Err(EmbeddedError::Orphan { pid, cluster: cluster.to_owned() })
}

fn orphan_pid(pid_file: &Path) -> Option<u32> {
    fs::read_to_string(pid_file).ok()?.lines().next()?.trim().parse().ok()
}

/// Whether that process is a server working in this cluster: it makes the folder its own.
#[cfg(target_os = "linux")]
fn is_server_of(pid: u32, cluster: &Path) -> bool {
    let is_postgres = fs::read_to_string(format!("/proc/{pid}/comm"))
        .is_ok_and(|name| name.trim_end().starts_with("postgres"));
    let works_in = fs::read_link(format!("/proc/{pid}/cwd"));
    is_postgres && works_in.is_ok_and(|dir| dir == cluster)
}

/// Whether that process is a server started for this cluster: the folder is on its command line.
#[cfg(not(target_os = "linux"))]
fn is_server_of(pid: u32, cluster: &Path) -> bool {
    let ps = Command::new("ps").args(["-ww", "-o", "command=", "-p", &pid.to_string()]).output();
    ps.is_ok_and(|output| {
        let line = String::from_utf8_lossy(&output.stdout).into_owned();
        line.contains("postgres") && line.contains(&*cluster.to_string_lossy())
    })
}
