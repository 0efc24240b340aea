//! Looks at the rows of what somebody here listens to, hint or no hint: each room's turn comes once in a
//! [`BEAT`], some at a time, so that nobody waits for it. In doubt it leaves nothing to what was told.

use std::{collections::HashSet, time::Duration};

use sqlx::PgPool;
use tokio::{
    sync::watch,
    time::{Instant, sleep_until},
};
use uuid::Uuid;

use crate::{
    accounts::{AccessChange, AccessEvents},
    chat::{Hub, backplane::nodes::BEAT, domain::room_key::RoomKey, store},
    web::with_task_timeout,
};

/// Rooms in one query: a message that meets it waits no longer than it takes.
const SLICE: usize = 50;
/// Looks in one round: with more rooms, each is at more of them.
const LOOKS: usize = 200;

/// What the beats found out.
#[derive(Default)]
pub struct Known {
    /// The other nodes that live.
    pub others: HashSet<Uuid>,
    /// How often there was reason to think that what the others told was lost.
    pub doubts: u64,
}

pub struct Look {
    db: PgPool,
    hub: Hub,
    access: AccessEvents,
    node: Uuid,
    known: watch::Receiver<Known>,
    /// Those that a round was begun for.
    doubts: u64,
    round: Round,
}

/// Rooms that are still to be looked at before all are once more.
struct Round {
    rooms: Vec<RoomKey>,
    slice: usize,
    next: Instant,
    pause: Duration,
    in_doubt: bool,
}

impl Look {
    pub fn new(
        db: PgPool,
        hub: Hub,
        access: AccessEvents,
        node: Uuid,
        known: watch::Receiver<Known>,
    ) -> Self {
        let round =
            Round { rooms: Vec::new(), slice: SLICE, next: Instant::now(), pause: BEAT, in_doubt: false };
        Look { db, hub, access, node, known, doubts: 0, round }
    }

    pub async fn run(mut self) {
        let hub = self.hub.clone();
        loop {
            tokio::select! {
                Ok(()) = self.known.changed() => self.heed(),
                () = sleep_until(self.round.next) => {
                    if let Err(error) = with_task_timeout(self.look_at_some()).await {
                        tracing::warn!(%error, "this node could not look at its rooms");
                    }
                }
                () = hub.closing() => return,
            }
        }
    }

    /// A doubt is looked into at once, or after the round that another is the reason for.
    fn heed(&mut self) {
        let may_begin = !self.round.in_doubt || self.round.rooms.is_empty();
        if may_begin && self.known.borrow().doubts != self.doubts {
            self.round.rooms.clear();
            self.round.next = Instant::now();
        }
    }

    fn begin_round(&mut self) {
        let rooms = self.hub.listened();
        let (slice, pause) = pace(rooms.len());
        let doubts = self.known.borrow().doubts;
        let in_doubt = std::mem::replace(&mut self.doubts, doubts) != doubts;
        self.round = Round { rooms, slice, next: Instant::now(), pause, in_doubt };
        if in_doubt {
            self.hub.forget_inboxes();
            self.access.apply_remote(AccessChange::Unsure);
        }
    }

    async fn look_at_some(&mut self) -> sqlx::Result<()> {
        if self.round.rooms.is_empty() {
            self.begin_round();
        }
        let began = Instant::now();
        let rest = self.round.rooms.len().saturating_sub(self.round.slice);
        let rooms = self.round.rooms[rest..].to_vec();
        // If it fails, the same rooms are looked at again, not at once.
        self.round.next = began + BEAT;
        if !rooms.is_empty() {
            if self.round.in_doubt {
                self.look_who(&rooms).await?;
            }
            self.look(&rooms).await?;
        }
        self.round.rooms.truncate(rest);
        self.round.next = began + self.round.pause;
        Ok(())
    }

    /// Sets who is in these rooms on other nodes.
    async fn look_who(&self, rooms: &[RoomKey]) -> sqlx::Result<()> {
        let elsewhere = store::presences::remote_presences(&self.db, self.node, rooms).await?;
        for room in rooms {
            self.hub.look_who(*room, elsewhere.get(room).map_or(&[], Vec::as_slice));
        }
        Ok(())
    }

    /// Brings these rooms up to date.
    async fn look(&self, rooms: &[RoomKey]) -> sqlx::Result<()> {
        let believed: Vec<_> = rooms.iter().filter_map(|room| self.hub.believed(*room)).collect();
        for (room, last_seq, read, accounts) in store::rooms::rooms_changed_since(&self.db, &believed).await?
        {
            self.hub.look(room, last_seq, read);
            // Whoever didn't tell the room of it didn't tell their inboxes.
            self.hub.tell_people_here(room, &accounts);
        }
        let known = self.known.borrow();
        for room in rooms {
            self.hub.lose_nodes(*room, |node| !known.others.contains(&node));
        }
        Ok(())
    }
}

/// How many rooms a look is at, and the time between two looks, so that every room's turn comes once in a
/// [`BEAT`].
fn pace(rooms: usize) -> (usize, Duration) {
    let slice = SLICE.max(rooms.div_ceil(LOOKS));
    let looks = rooms.div_ceil(slice).max(1);
    (slice, BEAT / u32::try_from(looks).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_more_rooms_the_more_looks_each_as_small_up_to_two_hundred() {
        let paces = [0, 1, 50, 51, 5_000, 10_000, 100_000].map(|rooms| {
            let (slice, pause) = pace(rooms);
            (slice, pause.as_millis())
        });
        let expected = [(50, 2_000), (50, 2_000), (50, 2_000), (50, 1_000), (50, 20), (50, 10), (500, 10)];
        assert_eq!(paces, expected);
    }
}
