//! All writes of all rooms: a group commit.
//!
//! What arrives while one transaction runs is written by the next, many messages in one. Alone, a
//! message is written at once: there is no timer. A room always goes to the same writer, so its
//! entries are told in the order in which they are numbered.
//!
//! One transaction: lock the rooms in id order; then, in a new statement and so on a new snapshot,
//! check the products; number everything in memory ([`plan`]); insert and update in one statement;
//! commit. Only then is anybody told. If a unique index says that something was stored before, all of it
//! again, with a look at what that was.

mod line;
pub(super) mod plan;

use std::{
    hash::{BuildHasher, BuildHasherDefault, DefaultHasher},
    sync::Arc,
    time::Duration,
};

use sqlx::{PgConnection, PgPool};
use tokio::sync::{mpsc, oneshot};
use tokio_util::task::{TaskTracker, task_tracker::TaskTrackerToken};

use super::{
    Hub, RoomKey, Side,
    seat::{People, Seat},
    service::{self, Draft, Pending, Refusal, Said},
    store,
};
use crate::products::{self, ProductSummary};
use line::Line;
use plan::Known;

/// Writers at work side by side, each with its own rooms.
const WRITERS: usize = 2;
/// Messages that may wait for one writer; then whoever sends waits.
const QUEUE: usize = 1024;
/// Messages in one transaction.
const BATCH: usize = 512;
/// A sender hears that the database is gone within five seconds.
const PATIENCE: Duration = Duration::from_secs(4);

/// One message on its way in.
pub(super) struct Write {
    pub room: RoomKey,
    pub side: Side,
    pub people: Arc<People>,
    pub draft: Draft,
    answer: oneshot::Sender<Result<Said, Refusal>>,
    _pending: TaskTrackerToken,
}

/// What waits for one writer.
type Queue = mpsc::Receiver<Write>;

#[derive(Clone)]
pub struct Journal {
    writers: Arc<[mpsc::Sender<Write>]>,
    pending: TaskTracker,
}

impl Journal {
    /// Starts the writers; they end when the last `Journal` is gone and all is written.
    pub fn start(db: &PgPool, hub: &Hub) -> Self {
        let writers = (0..WRITERS).map(|_| {
            let (sender, queue) = mpsc::channel(QUEUE);
            tokio::spawn(run(Line::new(db), hub.clone(), queue));
            sender
        });
        Journal { writers: writers.collect(), pending: TaskTracker::new() }
    }

    /// Puts a draft in the queue of its room's writer; waits while that is full.
    pub(super) async fn submit(&self, seat: &Seat, draft: Draft) -> Result<Pending, Refusal> {
        let (write, pending) = self.write(seat, draft);
        self.writer(seat.room).send(write).await.map_err(|_| Refusal::Unavailable)?;
        Ok(pending)
    }

    /// [`submit`](Self::submit) that doesn't wait: for who would see nothing but a page that doesn't load.
    pub(super) fn try_submit(&self, seat: &Seat, draft: Draft) -> Result<Pending, Refusal> {
        let (write, pending) = self.write(seat, draft);
        self.writer(seat.room).try_send(write).map_err(|_| Refusal::Unavailable)?;
        Ok(pending)
    }

    fn write(&self, seat: &Seat, draft: Draft) -> (Write, Pending) {
        let (answer, pending) = oneshot::channel();
        let write = Write {
            room: seat.room,
            side: seat.side,
            people: seat.people.clone(),
            draft,
            answer,
            _pending: self.pending.token(),
        };
        (write, pending)
    }

    fn writer(&self, room: RoomKey) -> &mpsc::Sender<Write> {
        let hash = BuildHasherDefault::<DefaultHasher>::default().hash_one(room);
        &self.writers[(hash % WRITERS as u64) as usize]
    }

    /// Waits until everything that was handed in is written and told.
    pub async fn finish(&self) {
        self.pending.close();
        self.pending.wait().await;
    }
}

async fn run(mut line: Line, hub: Hub, mut queue: Queue) {
    let mut batch = Vec::new();
    while queue.recv_many(&mut batch, BATCH).await > 0 {
        if let Err(error) = write(&mut line, &hub, std::mem::take(&mut batch), &queue).await {
            // Who came meanwhile has waited as long.
            while let Ok(waiting) = queue.try_recv() {
                batch.push(waiting);
            }
            if !batch.is_empty() {
                give_up(std::mem::take(&mut batch), &error);
            }
            // It may be stored all the same, and nobody was told.
            hub.doubt();
        }
    }
}

/// Writes a batch; if the database refuses it, one by one, so that a bad entry fails alone. An error
/// is that the database is gone.
async fn write(line: &mut Line, hub: &Hub, batch: Vec<Write>, next: &Queue) -> sqlx::Result<()> {
    let refused = match commit(line, &batch, next).await {
        Ok(done) => {
            settle(hub, batch, done);
            return Ok(());
        }
        Err(error) if is_refusal(&error) => error,
        Err(error) => {
            give_up(batch, &error);
            return Err(error);
        }
    };
    if batch.len() == 1 {
        give_up(batch, &refused);
        return Ok(());
    }
    tracing::warn!(error = %refused, messages = batch.len(), "a batch was refused; writing one by one");
    let mut rest = batch.into_iter();
    while let Some(one) = rest.next() {
        let one = vec![one];
        match commit(line, &one, next).await {
            Ok(done) => settle(hub, one, done),
            Err(error) if is_refusal(&error) => give_up(one, &error),
            Err(error) => {
                give_up(one.into_iter().chain(rest).collect(), &error);
                return Err(error);
            }
        }
    }
    Ok(())
}

/// Whether the database looked at the data and said no, as opposed to not being there or not able
/// (classes of PostgreSQL's error codes).
fn is_refusal(error: &sqlx::Error) -> bool {
    const NOT_ABLE: [&str; 7] = ["08", "25", "53", "55", "57", "58", "XX"];
    let sqlx::Error::Database(error) = error else { return false };
    error.code().is_some_and(|code| !NOT_ABLE.iter().any(|class| code.starts_with(class)))
}

/// Whether it will say no to this entry whenever it is sent (bad data, a constraint, a trigger's word).
fn is_final(error: &sqlx::Error) -> bool {
    const ABOUT_DATA: [&str; 3] = ["22", "23", "P0"];
    let sqlx::Error::Database(error) = error else { return false };
    error.code().is_some_and(|code| ABOUT_DATA.iter().any(|class| code.starts_with(class)))
}

fn give_up(batch: Vec<Write>, error: &sqlx::Error) {
    tracing::error!(%error, messages = batch.len(), "messages could not be stored");
    let refusal = if is_final(error) { Refusal::Unstorable } else { Refusal::Unavailable };
    for write in batch {
        let _ = write.answer.send(Err(refusal));
    }
}

/// What a committed batch came to, in the batch's order.
struct Done {
    outcomes: Vec<Result<Said, Refusal>>,
    products: Vec<ProductSummary>,
}

/// Tells the rooms, then answers the senders.
fn settle(hub: &Hub, batch: Vec<Write>, Done { outcomes, products }: Done) {
    for (write, outcome) in batch.into_iter().zip(outcomes) {
        if let Ok(Said::Stored(entry)) = &outcome {
            service::tell(hub, write.room, &write.people, entry, &products);
        }
        // Whoever asked may have gone; the entry is stored all the same.
        let _ = write.answer.send(outcome);
    }
}

/// Most messages are new: what is stored already is looked for only when a unique index has said that
/// some of them aren't.
async fn commit(line: &mut Line, batch: &[Write], next: &Queue) -> sqlx::Result<Done> {
    match attempt(line, batch, false, next).await {
        Err(sqlx::Error::Database(error)) if error.is_unique_violation() => {
            attempt(line, batch, true, next).await
        }
        done => done,
    }
}

async fn attempt(line: &mut Line, batch: &[Write], has_repeats: bool, next: &Queue) -> sqlx::Result<Done> {
    let done = async {
        let done = transaction(line.begin().await?, batch, has_repeats).await?;
        line.commit(!next.is_empty()).await?;
        Ok(done)
    };
    let done = tokio::time::timeout(PATIENCE, done).await.unwrap_or(Err(sqlx::Error::PoolTimedOut));
    match &done {
        Ok(_) => {}
        Err(error) if is_refusal(error) => line.roll_back().await,
        Err(_) => line.hang_up(),
    }
    done
}

async fn transaction(tx: &mut PgConnection, batch: &[Write], has_repeats: bool) -> sqlx::Result<Done> {
    let mut rooms = store::lock_rooms(tx, batch.iter().map(|write| write.room)).await?;
    let known = if has_repeats { store::repeats(tx, &rooms, batch).await? } else { Known::new() };
    let wanted: Vec<i64> = batch.iter().filter_map(|write| write.draft.product_id).collect();
    let mut products = Vec::new();
    if !wanted.is_empty() {
        products = products::summaries(&mut *tx, &wanted).await?;
    }
    let spoken_of = store::spoken_of(tx, &rooms, batch, &products).await?;
    let planned = plan::plan(&mut rooms, batch, &known, &products, &spoken_of);
    if !planned.inserts.is_empty() {
        store::write(tx, &rooms, &planned.inserts).await?;
    }
    Ok(Done { outcomes: planned.outcomes, products })
}
