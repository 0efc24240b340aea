//! All writes of all rooms: a group commit.
//!
//! What arrives while one transaction runs is written by the next, many messages in one. Alone, a
//! message is written at once: there is no timer. A room always goes to the same writer, so its
//! entries are told in the order in which they are numbered.
//!
//! ```text
//! rooms as they stand ──→ plan: numbers, in memory ──→ one statement: lock, compare, insert, update ──→ told, answered
//!   in memory, or        refusals, repeats              a transaction by itself           while the next is written
//!   locked and read
//! ```
//!
//! A writer remembers how it left its rooms. The statement brings them up to date in id order, and fails as a
//! whole unless all of them still stood there; most of the time they do, and that is all there is to ask.
//! Otherwise (a room is new or another node wrote to it, the talk turns to another product, a unique index says
//! that something was stored before) the rooms are locked first, and what the plan needs is read in statements
//! of its own, on a new snapshot. Only what is committed is told.

mod line;
pub(super) mod plan;
mod writer;

use std::{
    hash::{BuildHasher, BuildHasherDefault, DefaultHasher},
    num::NonZeroUsize,
    sync::Arc,
    thread::available_parallelism,
};

use sqlx::PgPool;
use tokio::{
    join,
    sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot},
};
use tokio_util::task::{TaskTracker, task_tracker::TaskTrackerToken};

use crate::chat::{
    Hub,
    access::RoomMember,
    backplane::News,
    domain::{
        outcome::{MessageDraft, SendError, SendOutcome},
        participants::Participants,
        room_key::RoomKey,
        side::Side,
    },
    service::{self, PendingSend},
};
use writer::{Done, Writer};

/// Writers at work side by side, each with its own rooms: one for two cores, and at most so many. More of
/// them share less of what a transaction costs.
const MOST_WRITERS: usize = 4;
/// Bytes of messages that may wait for one writer; then whoever sends waits. Eight thousand short ones: while
/// nobody waits for room, what one socket sends is together in a batch, and so is what the others are told of it.
const QUEUE: usize = 8 * 1024 * 1024;
/// What a message takes up beside its words, with all that is kept for its sender.
const BESIDE: usize = 1024;
/// Messages in one transaction.
const BATCH: usize = 512;

/// One message on its way in.
pub(super) struct Write {
    pub room: RoomKey,
    pub side: Side,
    pub people: Arc<Participants>,
    pub draft: MessageDraft,
    answer: oneshot::Sender<Result<SendOutcome, SendError>>,
    _pending: TaskTrackerToken,
    _room: OwnedSemaphorePermit,
}

/// What waits for one writer.
type Queue = mpsc::UnboundedReceiver<Write>;

#[derive(Clone)]
pub struct Journal {
    desks: Arc<[Desk]>,
    pending: TaskTracker,
}

/// Where one writer's messages are handed in.
struct Desk {
    queue: mpsc::UnboundedSender<Write>,
    /// In bytes.
    room: Arc<Semaphore>,
}

impl Journal {
    /// Starts as many writers as the machine has use for.
    pub fn start(db: &PgPool, hub: &Hub) -> Self {
        let cores = available_parallelism().map_or(1, NonZeroUsize::get);
        Self::with_writers((cores / 2).clamp(1, MOST_WRITERS), db, hub)
    }

    /// Starts the writers; they end when the last `Journal` is gone and all is written.
    pub fn with_writers(count: usize, db: &PgPool, hub: &Hub) -> Self {
        let desks = (0..count).map(|_| {
            let (sender, queue) = mpsc::unbounded_channel();
            tokio::spawn(run(Writer::new(db, hub), queue));
            Desk { queue: sender, room: Arc::new(Semaphore::new(QUEUE)) }
        });
        Journal { desks: desks.collect(), pending: TaskTracker::new() }
    }

    /// Puts a draft in the queue of its room's writer; waits while that is full.
    pub(super) async fn submit(
        &self,
        member: &RoomMember,
        draft: MessageDraft,
    ) -> Result<PendingSend, SendError> {
        let desk = self.desk(member.room);
        let room = desk.room.clone().acquire_many_owned(size(&draft)).await;
        self.hand_in(desk, member, draft, room.map_err(|_| SendError::Unavailable)?)
    }

    /// [`submit`](Self::submit) that doesn't wait: for who would see nothing but a page that doesn't load.
    pub(super) fn try_submit(
        &self,
        member: &RoomMember,
        draft: MessageDraft,
    ) -> Result<PendingSend, SendError> {
        let desk = self.desk(member.room);
        let room = desk.room.clone().try_acquire_many_owned(size(&draft));
        self.hand_in(desk, member, draft, room.map_err(|_| SendError::Unavailable)?)
    }

    fn hand_in(
        &self,
        desk: &Desk,
        member: &RoomMember,
        draft: MessageDraft,
        room: OwnedSemaphorePermit,
    ) -> Result<PendingSend, SendError> {
        let (answer, pending) = oneshot::channel();
        let write = Write {
            room: member.room,
            side: member.side,
            people: member.participants.clone(),
            draft,
            answer,
            _pending: self.pending.token(),
            _room: room,
        };
        desk.queue.send(write).map_err(|_| SendError::Unavailable)?;
        Ok(pending)
    }

    fn desk(&self, room: RoomKey) -> &Desk {
        let hash = BuildHasherDefault::<DefaultHasher>::default().hash_one(room);
        &self.desks[(hash % self.desks.len() as u64) as usize]
    }

    /// Waits until everything that was handed in is written and told.
    pub async fn finish(&self) {
        self.pending.close();
        self.pending.wait().await;
    }
}

fn size(draft: &MessageDraft) -> u32 {
    u32::try_from(BESIDE + draft.body.as_str().len()).unwrap_or(u32::MAX)
}

async fn run(mut writer: Writer, mut queue: Queue) {
    let hub = writer.hub.clone();
    let mut done = None;
    loop {
        // With more to write, that is on its way before anybody is told.
        if queue.is_empty() {
            settle(&hub, done.take());
        }
        let mut batch = Vec::new();
        if queue.recv_many(&mut batch, BATCH).await == 0 {
            return;
        }
        let (written, ()) = join!(writer.write(batch), async { settle(&hub, done.take()) });
        let is_lost = written.is_lost;
        done = Some(written);
        if is_lost {
            settle(&hub, done.take());
            // Who came meanwhile has waited as long.
            while let Ok(waiting) = queue.try_recv() {
                let _ = waiting.answer.send(Err(SendError::Unavailable));
            }
            // It may be stored all the same, and nobody was told, here or elsewhere.
            hub.doubt();
            hub.publish(News::Doubt);
        }
    }
}

/// Tells the rooms, then answers the senders.
fn settle(hub: &Hub, done: Option<Done>) {
    let Some(Done { batch, outcomes, products, .. }) = done else { return };
    let products: Arc<[_]> = products.into();
    for (write, outcome) in batch.into_iter().zip(outcomes) {
        if let Ok(said) = &outcome {
            service::tell(hub, write.room, &write.people, said, &products);
        }
        // Whoever asked may have gone; the entry is stored all the same.
        let _ = write.answer.send(outcome);
    }
}
