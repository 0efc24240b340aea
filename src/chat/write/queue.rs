//! Back-pressure: what waits for one shard is bounded in bytes. Beyond that, sockets wait for a permit and
//! forms are rejected.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use metrics::{counter, histogram};
use sqlx::PgPool;
use tokio::{
    join,
    sync::{Mutex, OwnedSemaphorePermit, Semaphore, mpsc},
    time::Instant,
};

use super::{
    request::WriteRequest,
    writer::{BatchResult, BatchWriter},
};
use crate::{
    chat::{
        domain::outcome::{SendError, SendOutcome},
        live::{event::ClusterEvent, outlet::ClusterOutlet, publish::Publisher, staleness::Staleness},
    },
    jobs::{Policy, Supervisor},
    safety::NewRoomQuota,
    telemetry::names::{BATCH_ENTRIES, COMMIT_SECONDS, MESSAGES},
};

/// A shard queues at most 8 MiB, about 8,000 short messages: while nobody waits for room, what one socket
/// sends is together in a batch, and so is what the others are told of it.
const QUEUE_BYTES: usize = 8 * 1024 * 1024;
/// Messages in one transaction.
const MAX_BATCH_ENTRIES: usize = 512;

/// What a shard needs beside its queue.
#[derive(Clone)]
pub struct WriterParts {
    pub db: PgPool,
    pub publisher: Publisher,
    pub staleness: Staleness,
    pub outlet: ClusterOutlet,
    pub new_rooms: NewRoomQuota,
}

impl WriterParts {
    /// Something may be stored that nobody was told, here or elsewhere.
    fn mark_stale(&self) {
        self.staleness.mark_stale();
        self.outlet.publish(ClusterEvent::Stale);
    }
}

/// The queue of one batch writer. All messages of a room go through the same.
pub struct Shard {
    queue: mpsc::UnboundedSender<WriteRequest>,
    /// Bytes that there is room for.
    permits: Arc<Semaphore>,
}

impl Shard {
    /// Starts its task. After a panic that goes on with what is queued; the batch that it was at is answered
    /// `unavailable`, and the node is stale, because some of it may be stored.
    pub fn start(number: usize, parts: &WriterParts, supervisor: &Supervisor) -> Self {
        let (sender, queue) = mpsc::unbounded_channel();
        let (queue, parts) = (Arc::new(Mutex::new(queue)), parts.clone());
        let was_started = AtomicBool::new(false);
        supervisor.spawn(format!("chat.writer.{number}"), Policy::Essential, move || {
            if was_started.swap(true, Ordering::Relaxed) {
                parts.mark_stale();
            }
            let writer = BatchWriter::new(&parts.db, &parts.publisher.rooms, parts.new_rooms);
            run(writer, parts.clone(), queue.clone())
        });
        Shard { queue: sender, permits: Arc::new(Semaphore::new(QUEUE_BYTES)) }
    }

    /// Bytes that are queued.
    pub fn queued_bytes(&self) -> usize {
        QUEUE_BYTES.saturating_sub(self.permits.available_permits())
    }

    /// Waits while the queue is full.
    pub async fn enqueue(&self, request: WriteRequest) -> Result<(), SendError> {
        let permit = self.permits.clone().acquire_many_owned(request.bytes()).await;
        self.push(request, permit.map_err(|_| SendError::Unavailable)?)
    }

    /// [`enqueue`](Self::enqueue) that doesn't wait.
    pub fn try_enqueue(&self, request: WriteRequest) -> Result<(), SendError> {
        let permit = self.permits.clone().try_acquire_many_owned(request.bytes());
        self.push(request, permit.map_err(|_| SendError::Unavailable)?)
    }

    fn push(&self, mut request: WriteRequest, permit: OwnedSemaphorePermit) -> Result<(), SendError> {
        request.permit = Some(permit);
        self.queue.send(request).map_err(|_| SendError::Unavailable)
    }
}

async fn run(
    mut writer: BatchWriter,
    parts: WriterParts,
    queue: Arc<Mutex<mpsc::UnboundedReceiver<WriteRequest>>>,
) {
    let mut queue = queue.lock().await;
    let publisher = &parts.publisher;
    let mut written = None;
    loop {
        // With more to write, that is on its way before anybody is told.
        if queue.is_empty() {
            publish_and_acknowledge(publisher, written.take());
        }
        let mut batch = Vec::new();
        if queue.recv_many(&mut batch, MAX_BATCH_ENTRIES).await == 0 {
            return;
        }
        histogram!(BATCH_ENTRIES).record(batch.len() as f64);
        let began = Instant::now();
        let write = async {
            let result = writer.write(batch).await;
            histogram!(COMMIT_SECONDS).record(began.elapsed());
            result
        };
        let (result, ()) = join!(write, async { publish_and_acknowledge(publisher, written.take()) });
        let connection_lost = result.connection_lost;
        written = Some(result);
        if connection_lost {
            publish_and_acknowledge(publisher, written.take());
            // Whoever came meanwhile has waited as long.
            while let Ok(waiting) = queue.try_recv() {
                count(&Err(SendError::Unavailable));
                let _ = waiting.answer.send(Err(SendError::Unavailable));
            }
            // Its outcome is unknown.
            parts.mark_stale();
        }
    }
}

/// Tells the rooms, then answers the senders.
fn publish_and_acknowledge(publisher: &Publisher, written: Option<BatchResult>) {
    let Some(BatchResult { batch, outcomes, products, .. }) = written else { return };
    let products: Arc<[_]> = products.into();
    for (request, outcome) in batch.into_iter().zip(outcomes) {
        if let Ok(outcome) = &outcome {
            publisher.publish(request.room, &request.participants, outcome, &products);
        }
        count(&outcome);
        // Whoever asked may have gone; the entry is stored all the same.
        let _ = request.answer.send(outcome);
    }
}

fn count(outcome: &Result<SendOutcome, SendError>) {
    let outcome = match outcome {
        Ok(SendOutcome::Stored(_)) => "stored",
        Ok(SendOutcome::Duplicate(_)) => "duplicate",
        Err(SendError::Unavailable) => "unavailable",
        Err(_) => "refused",
    };
    counter!(MESSAGES, "outcome" => outcome).increment(1);
}
