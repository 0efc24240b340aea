//! Keeps `message_search` up to date, behind the writer and at a low duty cycle.
//!
//! ```text
//! hints ──── publisher: a room has a new entry      ┐
//! sweep ──── every minute: rooms of the last minutes │ in turn (round robin), one step each:
//!            at a start: all rooms, part by part     │ up to 100 entries of up to 50 rooms, then a rest
//! backlog ── rooms that had more than one step takes ┘
//! ```
//!
//! Index hints are best effort: a lost one is found by the sweep within 60 s. Duty cycle: 1/40 of one connection, with
//! rests of 5 s at most, so indexing lags under load and writing doesn't. Invariant: whatever comes in, each of the
//! three sources has its turn.

use std::{collections::VecDeque, sync::Arc, time::Duration};

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
/// Rooms that wait for a further step; beyond, the sweep looks for no more.
const MAX_BACKLOG: usize = 1_000;
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
    let mut sweep = IndexSweep::default();
    let (mut hinted, mut backlog) = (Vec::new(), VecDeque::new());
    let mut next_sweep = Instant::now();
    let mut last = Source::Hints;
    loop {
        while hinted.len() < MAX_HINTS
            && let Ok(room) = hints.try_recv()
        {
            hinted.push(room);
        }
        let ready = Ready {
            hints: !hinted.is_empty(),
            sweep: Instant::now() >= next_sweep && backlog.len() < MAX_BACKLOG,
            backlog: !backlog.is_empty(),
        };
        let Some(source) = ready.next_after(last) else {
            tokio::select! {
                () = sleep_until(next_sweep) => {}
                _ = hints.recv_many(&mut hinted, MAX_HINTS), if !hints.is_closed() => {}
            }
            continue;
        };
        last = source;
        let began = Instant::now();
        let step = match source {
            Source::Hints => index(db, &std::mem::take(&mut hinted)).await,
            Source::Backlog => {
                let rooms: Vec<_> = backlog.drain(..backlog.len().min(MAX_HINTS)).collect();
                index(db, &rooms).await
            }
            Source::Sweep => sweep.step(db).await.map(|step| {
                if !step.has_more {
                    next_sweep = began + SWEEP_INTERVAL;
                }
                step.unfinished
            }),
        };
        match step {
            Ok(unfinished) => {
                for room in unfinished {
                    if !backlog.contains(&room) {
                        backlog.push_back(room);
                    }
                }
            }
            // Whatever is missing now, the sweep finds.
            Err(error) => {
                tracing::warn!(%error, ?source, "search indexing failed");
                next_sweep = next_sweep.max(began + MAX_REST);
            }
        }
        let rest = (REST_FACTOR * began.elapsed()).min(MAX_REST);
        sleep(if hints.is_empty() { rest.max(MIN_REST) } else { rest }).await;
    }
}

/// Where the next step's rooms come from.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Source {
    Hints,
    Sweep,
    /// Rooms with more entries than one step takes.
    Backlog,
}

/// Which sources have something to do.
struct Ready {
    hints: bool,
    sweep: bool,
    backlog: bool,
}

impl Ready {
    /// Round robin: the first that is ready after the one that was last.
    fn next_after(&self, last: Source) -> Option<Source> {
        use Source::{Backlog, Hints, Sweep};
        let order = match last {
            Hints => [Sweep, Backlog, Hints],
            Sweep => [Backlog, Hints, Sweep],
            Backlog => [Hints, Sweep, Backlog],
        };
        order.into_iter().find(|source| match source {
            Hints => self.hints,
            Sweep => self.sweep,
            Backlog => self.backlog,
        })
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

/// What a step of the sweep did.
struct SweepStep {
    has_more: bool,
    unfinished: Vec<RoomKey>,
}

impl IndexSweep {
    async fn step(&mut self, db: &PgPool) -> sqlx::Result<SweepStep> {
        if let Some(after) = self.all_up_to {
            let (rooms, last) = with_task_timeout(store::search_index::unindexed_rooms(
                db,
                after,
                ROOMS_PER_SCAN,
                MAX_ROOMS_PER_STEP,
            ))
            .await?;
            let unfinished = index(db, &rooms).await?;
            self.all_up_to = last;
            return Ok(SweepStep { has_more: true, unfinished });
        }
        let began = Instant::now();
        // A minute more: an entry has its time before it is committed.
        let seconds = (self.last.elapsed() + SWEEP_INTERVAL).as_secs_f64();
        let rooms =
            with_task_timeout(store::search_index::recently_unindexed(db, seconds, MAX_ROOMS_PER_STEP))
                .await?;
        let unfinished = index(db, &rooms).await?;
        let has_more = rooms.len() as i64 == MAX_ROOMS_PER_STEP;
        if !has_more {
            self.last = began;
        }
        Ok(SweepStep { has_more, unfinished })
    }
}

/// Indexes the next entries of these rooms; those of them that may have more.
async fn index(db: &PgPool, rooms: &[RoomKey]) -> sqlx::Result<Vec<RoomKey>> {
    let indexed =
        with_task_timeout(store::search_index::index(db, rooms, MAX_ENTRIES_PER_ROOM, fold)).await?;
    Ok(indexed.unfinished)
}

/// Brings all rooms up to date, at once; how many entries couldn't be found before. For `haggle doctor`,
/// which also takes out what can't be right.
pub async fn reindex(db: &PgPool) -> sqlx::Result<usize> {
    store::search_index::drop_inconsistent(db).await?;
    let (mut indexed, mut after) = (0, 0);
    while let (rooms, Some(last)) =
        store::search_index::unindexed_rooms(db, after, ROOMS_PER_SCAN, MAX_ROOMS_PER_STEP).await?
    {
        let mut rooms = rooms;
        while !rooms.is_empty() {
            let step = store::search_index::index(db, &rooms, MAX_ENTRIES_PER_ROOM, fold).await?;
            indexed += step.entries;
            rooms = step.unfinished;
        }
        after = last;
    }
    Ok(indexed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_source_starves_another() {
        let always = Ready { hints: true, sweep: true, backlog: true };
        let mut last = Source::Hints;
        let mut turns = Vec::new();
        for _ in 0..6 {
            last = always.next_after(last).unwrap();
            turns.push(last);
        }
        use Source::{Backlog, Hints, Sweep};
        assert_eq!(turns, [Sweep, Backlog, Hints, Sweep, Backlog, Hints]);
        let alone = Ready { hints: true, sweep: false, backlog: false };
        assert_eq!(alone.next_after(Hints), Some(Hints));
        assert_eq!(Ready { hints: false, ..alone }.next_after(Hints), None);
    }
}
