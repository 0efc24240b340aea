//! The one way to write: group commit, with optimistic concurrency.
//!
//! What arrives while one transaction runs is written by the next, many messages in one. Alone, a message
//! is written at once: there is no timer. A room always goes to the same shard, so its entries are told in
//! the order in which they are numbered.
//!
//! ```text
//! rooms as they stand ──→ plan: numbers, in memory ──→ one statement: compare-and-set, insert ──→ publish, acknowledge
//!   cached, or             rejects, duplicates          a transaction by itself              while the next is written
//!   locked and read
//! ```
//!
//! A shard caches how it left its rooms. The statement compares each room's `last_seq` with the cached
//! number and sets the new one, in id order, and fails as a whole unless all of them matched; most of the
//! time they do, and that is all there is to ask. Otherwise (a room is new or another node wrote to it, a
//! message introduces another product, a unique index says that something was stored before) the rooms are
//! locked first, and what the plan needs is read in statements of its own, on a new snapshot.
//!
//! Invariants: only what is committed is published; the same `client_id` from the same side stores once
//! (idempotent sends).

pub mod blocks;
mod connection;
pub mod limits;
mod plan;
mod queue;
pub mod read_marks;
mod request;
mod writer;

use std::{
    hash::{BuildHasher, BuildHasherDefault, DefaultHasher},
    num::NonZeroUsize,
    sync::Arc,
    thread::available_parallelism,
};

use metrics::gauge;
use tokio_util::task::TaskTracker;

use crate::{
    chat::{
        access::RoomMember,
        domain::{
            outcome::{MessageDraft, SendError, SendOutcome},
            room_key::RoomKey,
        },
    },
    jobs::Supervisor,
    telemetry::names::{WRITER_QUEUE_BYTES, WRITER_QUEUE_MESSAGES},
};
use limits::MessageLimits;
use queue::Shard;
use request::WriteRequest;

pub use queue::WriterParts;
pub use request::PendingSend;

/// Shards that write side by side, each with its own rooms: one for two cores, and at most so many. More of
/// them share less of what a transaction costs.
const MAX_SHARDS: usize = 4;

/// Takes drafts in, whatever the transport.
#[derive(Clone)]
pub struct MessageWriter {
    shards: Arc<[Shard]>,
    limits: MessageLimits,
    /// Counts what is on its way, so that a stop can wait for it.
    pending: TaskTracker,
}

impl MessageWriter {
    /// Starts as many shards as the machine has use for.
    pub fn start(parts: &WriterParts, limits: &MessageLimits, supervisor: &Supervisor) -> Self {
        let cores = available_parallelism().map_or(1, NonZeroUsize::get);
        Self::with_shards((cores / 2).clamp(1, MAX_SHARDS), parts, limits, supervisor)
    }

    /// Starts so many shards.
    pub fn with_shards(
        count: usize,
        parts: &WriterParts,
        limits: &MessageLimits,
        supervisor: &Supervisor,
    ) -> Self {
        let shards = (0..count).map(|number| Shard::start(number, parts, supervisor));
        MessageWriter { shards: shards.collect(), limits: limits.clone(), pending: TaskTracker::new() }
    }

    /// Sends a draft and waits until it is stored. Rejects it at once while the queue is full: for somebody
    /// who would see nothing but a page that doesn't load.
    pub async fn send(&self, member: &RoomMember, draft: MessageDraft) -> Result<SendOutcome, SendError> {
        self.check_sender(member)?;
        let (request, pending) = WriteRequest::new(member, draft, self.pending.token());
        self.shard_of(member.room).try_enqueue(request)?;
        pending.await.unwrap_or(Err(SendError::Unavailable))
    }

    /// Enqueues a draft, in the sender's order, and doesn't wait until it is stored. Waits while the queue is
    /// full (back-pressure).
    pub async fn enqueue(&self, member: &RoomMember, draft: MessageDraft) -> Result<PendingSend, SendError> {
        self.check_sender(member)?;
        let (request, pending) = WriteRequest::new(member, draft, self.pending.token());
        self.shard_of(member.room).enqueue(request).await?;
        Ok(pending)
    }

    fn check_sender(&self, member: &RoomMember) -> Result<(), SendError> {
        if member.user.must_confirm_email {
            return Err(SendError::AddressNotConfirmed);
        }
        if self.limits.allow(member.user.account_id) { Ok(()) } else { Err(SendError::RateLimited) }
    }

    fn shard_of(&self, room: RoomKey) -> &Shard {
        let hash = BuildHasherDefault::<DefaultHasher>::default().hash_one(room);
        &self.shards[(hash % self.shards.len() as u64) as usize]
    }

    /// For whoever reads the metrics.
    pub fn record_gauges(&self) {
        let bytes: usize = self.shards.iter().map(Shard::queued_bytes).sum();
        gauge!(WRITER_QUEUE_MESSAGES).set(self.pending.len() as f64);
        gauge!(WRITER_QUEUE_BYTES).set(bytes as f64);
    }

    /// Waits until everything that was enqueued is written and published.
    pub async fn finish(&self) {
        self.pending.close();
        self.pending.wait().await;
    }
}
