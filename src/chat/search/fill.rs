//! Keeps `message_search` up to date, behind the journal and in no hurry.
//!
//! ```text
//! hub.entry() ── room ──→ fill: what follows the highest number there, up to the newest
//! every minute ─ rooms in which something was said lately, and which are behind
//! at a start ─── all rooms that are behind, step by step
//! ```
//!
//! What the hub tells is only a hint. One that is lost, with a node that died or in a full queue, costs a
//! minute. It works a fortieth of the time at most, on one connection: while a lot is being said, search lags
//! and the journal doesn't.

use std::time::Duration;

use sqlx::PgPool;
use tokio::{
    sync::mpsc,
    time::{Instant, sleep, sleep_until},
};

use crate::{
    chat::{Hub, domain::room_key::RoomKey, search::fold::fold, store},
    web::with_task_timeout,
};

/// Rooms that are looked for, and entries of each, in one step.
const ROOMS: i64 = 50;
const EACH: i64 = 100;
/// Rooms that are asked whether they are behind in one statement: mostly none is.
const ASKED: i64 = 5_000;
/// Hints in one step; most are of one entry. A message that meets a step waits no longer than that takes.
const HINTS: usize = 32;
/// The least time between two steps, when all is done. What comes meanwhile is done together.
const PAUSE: Duration = Duration::from_millis(200);
/// How much longer it rests than it worked.
const REST: u32 = 39;
/// How often is looked for what no hint told of.
const LOOK: Duration = Duration::from_secs(60);

pub fn start(db: &PgPool, hub: &Hub) {
    if let Some(written) = hub.take_written() {
        let (db, hub) = (db.clone(), hub.clone());
        tokio::spawn(async move {
            tokio::select! {
                () = hub.closing() => {}
                () = run(&db, written) => {}
            }
        });
    }
}

async fn run(db: &PgPool, mut written: mpsc::Receiver<RoomKey>) {
    let mut rooms = Vec::new();
    let mut look = Look::default();
    let mut next_look = Instant::now();
    loop {
        let began = tokio::select! {
            biased;
            _ = written.recv_many(&mut rooms, HINTS) => {
                let began = Instant::now();
                if let Err(error) = fill(db, &rooms).await {
                    tracing::warn!(%error, rooms = rooms.len(), "new messages can't be found yet");
                }
                rooms.clear();
                began
            }
            () = sleep_until(next_look) => {
                let began = Instant::now();
                match look.step(db).await {
                    Ok(true) => {}
                    Ok(false) => next_look = began + LOOK,
                    Err(error) => {
                        next_look = began + LOOK;
                        tracing::warn!(%error, "search isn't looked after");
                    }
                }
                began
            }
        };
        let rest = REST * began.elapsed();
        sleep(if written.is_empty() { rest.max(PAUSE) } else { rest }).await;
    }
}

/// What is looked for without a hint.
struct Look {
    /// The id up to which all rooms have been looked at since the start; nothing once all have.
    all_up_to: Option<i64>,
    /// The last look that was finished.
    last: Instant,
}

impl Default for Look {
    fn default() -> Self {
        Look { all_up_to: Some(0), last: Instant::now() }
    }
}

impl Look {
    /// A step; whether there is more to do.
    async fn step(&mut self, db: &PgPool) -> sqlx::Result<bool> {
        if let Some(after) = self.all_up_to {
            let (rooms, last) =
                with_task_timeout(store::search_index::unindexed_rooms(db, after, ASKED, ROOMS)).await?;
            fill(db, &rooms).await?;
            self.all_up_to = last;
            return Ok(true);
        }
        let began = Instant::now();
        // A minute more: an entry has its time before it is committed.
        let seconds = (self.last.elapsed() + LOOK).as_secs_f64();
        let rooms = with_task_timeout(store::search_index::recently_unindexed(db, seconds, ROOMS)).await?;
        fill(db, &rooms).await?;
        let more = rooms.len() as i64 == ROOMS;
        if !more {
            self.last = began;
        }
        Ok(more)
    }
}

/// Brings these rooms up to date.
async fn fill(db: &PgPool, rooms: &[RoomKey]) -> sqlx::Result<usize> {
    let mut filled = 0;
    loop {
        let more = with_task_timeout(store::search_index::index(db, rooms, EACH, fold)).await?;
        filled += more;
        // Fewer, and none of the rooms can have more.
        if more < EACH as usize {
            return Ok(filled);
        }
        sleep(PAUSE / 10).await;
    }
}

/// Brings all rooms up to date, at once; how many entries couldn't be found before. For `haggle doctor`,
/// which also takes out what can't be right.
pub async fn mend(db: &PgPool) -> sqlx::Result<usize> {
    store::search_index::drop_inconsistent(db).await?;
    let (mut filled, mut after) = (0, 0);
    while let (rooms, Some(last)) = store::search_index::unindexed_rooms(db, after, ASKED, ROOMS).await? {
        filled += fill(db, &rooms).await?;
        after = last;
    }
    Ok(filled)
}
