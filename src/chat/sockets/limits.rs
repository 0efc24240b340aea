//! Rate limit (token bucket) of frames, per socket and per account.

use std::{num::NonZeroU32, sync::Arc};

use governor::{DefaultDirectRateLimiter, DefaultKeyedRateLimiter, Quota, RateLimiter};

use crate::chat::write::limits::MessageLimits;

/// Windows that somebody may use as fast as one may be used. They may have more open: most are only read.
const ACTIVE_WINDOWS: NonZeroU32 = NonZeroU32::new(3).expect("not zero");
const FRAMES_PER_MESSAGE: NonZeroU32 = NonZeroU32::new(4).expect("not zero");
const BURST_SECONDS: NonZeroU32 = NonZeroU32::new(5).expect("not zero");

/// Frames of all sockets of each account, counted in memory: each node counts what it sees.
#[derive(Clone)]
pub struct FrameLimits {
    accounts: Arc<DefaultKeyedRateLimiter<i64>>,
    per_second: NonZeroU32,
}

/// Frames of any kind, of one socket and of all sockets of its account.
pub struct FrameLimit {
    socket: DefaultDirectRateLimiter,
    accounts: Arc<DefaultKeyedRateLimiter<i64>>,
    account_id: i64,
}

impl FrameLimits {
    /// As many frames as it takes to write, to read and to type as fast as messages may be sent.
    pub fn new(messages: &MessageLimits) -> Self {
        let per_second = messages.per_second();
        let accounts = DefaultKeyedRateLimiter::keyed(quota(per_second.saturating_mul(ACTIVE_WINDOWS)));
        FrameLimits { accounts: Arc::new(accounts), per_second }
    }

    /// For a new socket. All sockets of its account together have as many as [`ACTIVE_WINDOWS`] of them.
    pub fn frame_limit(&self, account_id: i64) -> FrameLimit {
        let socket = RateLimiter::direct(quota(self.per_second));
        FrameLimit { socket, accounts: self.accounts.clone(), account_id }
    }

    /// Forgets whoever hasn't sent for a while; run now and then.
    pub fn sweep(&self) {
        self.accounts.retain_recent();
    }
}

impl FrameLimit {
    pub fn allow(&self) -> bool {
        self.socket.check().is_ok() && self.accounts.check_key(&self.account_id).is_ok()
    }
}

fn quota(per_second: NonZeroU32) -> Quota {
    let frames = per_second.saturating_mul(FRAMES_PER_MESSAGE);
    Quota::per_second(frames).allow_burst(frames.saturating_mul(BURST_SECONDS))
}
