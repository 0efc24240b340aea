//! Exponential back-off with jitter: what failed is tried again later and later, and not by everybody
//! at the same moment.

use std::time::Duration;

#[derive(Clone, Copy, Debug)]
pub struct Backoff {
    /// After the first failure.
    pub first: Duration,
    pub max: Duration,
}

impl Backoff {
    /// The pause after so many failures in a row, 1 being the first: doubled by each, up to `max`, and
    /// of that a random part between the half and the whole.
    pub fn delay(&self, failures: u32) -> Duration {
        let doublings = failures.saturating_sub(1).min(30);
        let whole = self.first.saturating_mul(1 << doublings).min(self.max);
        whole.mul_f64(0.5 + rand::random::<f64>() / 2.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_the_longest() {
        let backoff = Backoff { first: Duration::from_secs(1), max: Duration::from_secs(60) };
        for (failures, longest) in [(0, 1), (1, 1), (2, 2), (3, 4), (6, 32), (7, 60), (u32::MAX, 60)] {
            let longest = Duration::from_secs(longest);
            for _ in 0..100 {
                let delay = backoff.delay(failures);
                assert!(longest / 2 <= delay && delay <= longest, "{failures}: {delay:?}");
            }
        }
    }
}
