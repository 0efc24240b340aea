//! Keeps `message_search` up to date, behind the writer and at a low duty cycle.
//!
//! ```text
//! publisher ─── room (hint) ──→ indexer: what follows the highest number there, up to the newest
//! every minute ─ rooms with entries of the last minutes that aren't indexed
//! at a start ─── all rooms that aren't, step by step
//! ```
//!
//! Index hints are best effort: a lost one is found by the sweep within 60 s. Hints and sweep
//! alternate. Duty cycle: about 1/40 of one connection, with rests of 5 s at most, so indexing lags under load
//! and writing doesn't.

use std::{sync::Arc, time::Duration};

use sqlx::PgPool;
use tokio::{
    sync::{Mutex, mpsc},
    time::{Instant, sleep, sleep_until},
};

use crate::{
    chat::{domain::room_key::RoomKey, search::fold::fold, store},
    web::with_task_timeout,
};

/// Rooms that are looked for, and entries of each, in one step.
const MAX_ROOMS_PER_STEP: i64 = 50;
const MAX_ENTRIES_PER_ROOM: i64 = 100;
/// Rooms that are asked whether they are behind in one statement: mostly none is.
const ROOMS_PER_SCAN: i64 = 5_000;
/// Hints in one step; most are of one entry. A message that meets a step waits no longer than that takes.
const MAX_HINTS: usize = 32;
/// The least time between two steps, when all is done. What comes meanwhile is done together.
const MIN_REST: Duration = Duration::from_millis(200);
/// How much longer it rests than it worked.
const REST_FACTOR: u32 = 39;
/// And no longer than this: one slow step mustn't cost minutes.
const MAX_REST: Duration = Duration::from_secs(5);
/// How often rooms are looked for that no hint named.
const SWEEP_INTERVAL: Duration = Duration::from_secs(60);

/// Indexes what the hints name, and what the sweep finds, until the program stops.
pub async fn run(db: PgPool, hints: Arc<Mutex<mpsc::Receiver<RoomKey>>>) {
    let mut hints = hints.lock().await;
    let db = &db;
    let mut rooms = Vec::new();
    let mut sweep = IndexSweep::default();
    let mut next_sweep = Instant::now();
    // After a step for hints a sweep that is due comes first: neither starves the other.
    let mut sweep_first = true;
    loop {
        let step = next_step(&mut hints, &mut rooms, next_sweep, sweep_first).await;
        let began = Instant::now();
        match step {
            Step::Hints => {
                if let Err(error) = index(db, &rooms).await {
                    tracing::warn!(%error, rooms = rooms.len(), "search indexing failed");
                }
                rooms.clear();
            }
            Step::Sweep => match sweep.step(db).await {
                Ok(true) => {}
                Ok(false) => next_sweep = began + SWEEP_INTERVAL,
                Err(error) => {
                    next_sweep = began + SWEEP_INTERVAL;
                    tracing::warn!(%error, "search sweep failed");
                }
            },
        }
        sweep_first = step == Step::Hints;
        let rest = (REST_FACTOR * began.elapsed()).min(MAX_REST);
        sleep(if hints.is_empty() { rest.max(MIN_REST) } else { rest }).await;
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Step {
    /// The rooms to index are in `rooms`.
    Hints,
    Sweep,
}

async fn next_step(
    hints: &mut mpsc::Receiver<RoomKey>,
    rooms: &mut Vec<RoomKey>,
    next_sweep: Instant,
    sweep_first: bool,
) -> Step {
    tokio::select! {
        biased;
        () = sleep_until(next_sweep), if sweep_first => Step::Sweep,
        _ = hints.recv_many(rooms, MAX_HINTS) => Step::Hints,
        () = sleep_until(next_sweep), if !sweep_first => Step::Sweep,
    }
}

/// What is looked for without a hint.
struct IndexSweep {
    /// The id up to which all rooms have been looked at since the start; nothing once all have.
    all_up_to: Option<i64>,
    /// The last sweep that was finished.
    last: Instant,
}

impl Default for IndexSweep {
    fn default() -> Self {
        IndexSweep { all_up_to: Some(0), last: Instant::now() }
    }
}

impl IndexSweep {
    /// A step; whether there is more to do.
    async fn step(&mut self, db: &PgPool) -> sqlx::Result<bool> {
        if let Some(after) = self.all_up_to {
            let (rooms, last) = with_task_timeout(store::search_index::unindexed_rooms(
                db,
                after,
                ROOMS_PER_SCAN,
                MAX_ROOMS_PER_STEP,
            ))
            .await?;
            index(db, &rooms).await?;
            self.all_up_to = last;
            return Ok(true);
        }
        let began = Instant::now();
        // A minute more: an entry has its time before it is committed.
        let seconds = (self.last.elapsed() + SWEEP_INTERVAL).as_secs_f64();
        let rooms =
            with_task_timeout(store::search_index::recently_unindexed(db, seconds, MAX_ROOMS_PER_STEP))
                .await?;
        index(db, &rooms).await?;
        let more = rooms.len() as i64 == MAX_ROOMS_PER_STEP;
        if !more {
            self.last = began;
        }
        Ok(more)
    }
}

/// Brings these rooms up to date.
async fn index(db: &PgPool, rooms: &[RoomKey]) -> sqlx::Result<usize> {
    let mut indexed = 0;
    loop {
        let more =
            with_task_timeout(store::search_index::index(db, rooms, MAX_ENTRIES_PER_ROOM, fold)).await?;
        indexed += more;
        // Fewer, and none of the rooms can have more.
        if more < MAX_ENTRIES_PER_ROOM as usize {
            return Ok(indexed);
        }
        sleep(MIN_REST / 10).await;
    }
}

/// Brings all rooms up to date, at once; how many entries couldn't be found before. For `haggle doctor`,
/// which also takes out what can't be right.
pub async fn reindex(db: &PgPool) -> sqlx::Result<usize> {
    store::search_index::drop_inconsistent(db).await?;
    let (mut indexed, mut after) = (0, 0);
    while let (rooms, Some(last)) =
        store::search_index::unindexed_rooms(db, after, ROOMS_PER_SCAN, MAX_ROOMS_PER_STEP).await?
    {
        indexed += index(db, &rooms).await?;
        after = last;
    }
    Ok(indexed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_sweep_that_is_due_alternates_with_hints_that_never_end() {
        let (sender, mut hints) = mpsc::channel(1_000);
        let (mut rooms, mut sweep_first) = (Vec::new(), false);
        let due = Instant::now() - Duration::from_secs(1);
        let mut steps = Vec::new();
        for _ in 0..4 {
            (0..MAX_HINTS).for_each(|_| sender.try_send(RoomKey { buyer_id: 1, seller_id: 2 }).unwrap());
            let step = next_step(&mut hints, &mut rooms, due, sweep_first).await;
            sweep_first = step == Step::Hints;
            steps.push(step);
        }
        assert_eq!(steps, [Step::Hints, Step::Sweep, Step::Hints, Step::Sweep]);
    }
}
