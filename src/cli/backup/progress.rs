//! What a long command says while it works: how far it is, and how long it will still take.

use std::time::{Duration, Instant};

/// Between two lines.
const INTERVAL: Duration = Duration::from_secs(5);

pub(super) struct Progress {
    what: &'static str,
    /// Bytes, of a total that may be an estimate.
    done: u64,
    total: u64,
    began: Instant,
    said: Instant,
}

impl Progress {
    pub fn new(what: &'static str, total: u64) -> Self {
        let now = Instant::now();
        Progress { what, done: 0, total, began: now, said: now }
    }

    pub fn add(&mut self, bytes: u64) {
        self.done += bytes;
        if self.said.elapsed() >= INTERVAL {
            self.said = Instant::now();
            println!("{}", self.line(self.began.elapsed()));
        }
    }

    fn line(&self, elapsed: Duration) -> String {
        let done = size(self.done);
        if self.total <= self.done {
            return format!("{}: {done}", self.what);
        }
        let left = elapsed.as_secs_f64() * (self.total - self.done) as f64 / self.done.max(1) as f64;
        let left = match left {
            left if left < 90.0 => format!("{left:.0} seconds"),
            left => format!("{:.0} minutes", left / 60.0),
        };
        format!("{}: {done} of about {}, {left} left", self.what, size(self.total))
    }
}

/// `1.5 GB`
pub(super) fn size(bytes: u64) -> String {
    match bytes {
        0..1_000_000 => format!("{:.0} kB", bytes as f64 / 1e3),
        1_000_000..1_000_000_000 => format!("{:.0} MB", bytes as f64 / 1e6),
        _ => format!("{:.1} GB", bytes as f64 / 1e9),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_says_how_long_it_will_still_take() {
        let mut progress = Progress::new("Photos", 4_000_000_000);
        progress.done = 1_000_000_000;
        assert_eq!(progress.line(Duration::from_secs(60)), "Photos: 1.0 GB of about 4.0 GB, 3 minutes left");
        progress.done = 5_000_000_000;
        assert_eq!(progress.line(Duration::from_secs(60)), "Photos: 5.0 GB");
    }
}
