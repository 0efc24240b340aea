//! Which nodes there are: each says every two seconds that it lives, and looks who else does. In between it
//! looks at the rooms that somebody here listens to, some at a time, so that nobody waits for it.

use std::{collections::HashMap, time::Duration};

use sqlx::PgPool;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until};
use uuid::Uuid;

use super::{News, nats::Nats};
use crate::{
    accounts::{AccessChange, AccessEvents},
    chat::{Hub, RoomKey, presence::LINGER, store},
};

/// Also how often each room is looked at without a hint.
const BEAT: Duration = Duration::from_secs(2);
/// Rooms in one query: a message that meets it waits no longer than it takes.
const SLICE: usize = 50;
/// Looks in one beat: with more rooms, each is at more of them.
const LOOKS: usize = 200;

pub struct Nodes {
    db: PgPool,
    hub: Hub,
    access: AccessEvents,
    node: Uuid,
    nats: Option<Nats>,
    /// Whether it was, at the last beat.
    nats_was_there: bool,
    /// Those that lived at the last beat, and whether NATS was there for each.
    others: HashMap<Uuid, bool>,
    /// What the others told lately may be lost.
    doubts: bool,
    round: Round,
}

/// Rooms that are still to be looked at before all are once more.
struct Round {
    rooms: Vec<RoomKey>,
    slice: usize,
    next: Instant,
    pause: Duration,
}

impl Nodes {
    pub fn new(db: PgPool, hub: Hub, access: AccessEvents, node: Uuid, nats: Option<Nats>) -> Self {
        let round = Round { rooms: Vec::new(), slice: SLICE, next: Instant::now(), pause: BEAT };
        let (nats_was_there, others) = (false, HashMap::new());
        Nodes { db, hub, access, node, nats, nats_was_there, others, doubts: false, round }
    }

    pub async fn run(mut self) {
        let mut beats = interval(BEAT);
        beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let hub = self.hub.clone();
        loop {
            let done = tokio::select! {
                _ = beats.tick() => self.beat().await,
                () = hub.met() => self.beat().await,
                () = sleep_until(self.round.next) => self.look_at_some().await,
                () = hub.closing() => {
                    let _ = self.leave().await;
                    return;
                }
            };
            if let Err(error) = done {
                tracing::warn!(%error, "this node could not say that it lives, or look at its rooms");
            }
        }
    }

    /// Who was here comes back at another node: to the others they linger as if they had closed a page.
    async fn leave(&self) -> sqlx::Result<()> {
        if self.hub.is_alone() {
            return store::forget_node(&self.db, self.node).await;
        }
        store::last_beat(&self.db, self.node, LINGER).await
    }

    async fn beat(&mut self) -> sqlx::Result<()> {
        self.doubts |= self.hub.take_doubts();
        let nats_is_there = self.nats.as_ref().is_some_and(Nats::is_there);
        let was_given_up = store::beat(&self.db, self.node, nats_is_there).await?;
        let others = store::other_nodes(&self.db, self.node).await?;
        let was_alone = self.hub.is_alone();
        self.hub.set_alone(others.is_empty());
        self.hub.set_heard_by_nats(others.values().all(|hears| *hears));
        if nats_is_there != std::mem::replace(&mut self.nats_was_there, nats_is_there) {
            // The others see in its row how to tell this node.
            self.hub.publish(News::Hello);
        }
        // Who is gone may have stored what it told nobody. Who was given up wasn't told.
        self.doubts |= was_given_up || self.others.keys().any(|known| !others.contains_key(known));
        // Nor was who has lost NATS without our knowing.
        let went_deaf = others.iter().any(|(node, hears)| !hears && self.others.get(node) == Some(&true));
        self.others = others;
        if was_alone || was_given_up || went_deaf {
            self.hub.publish(News::Doubt);
        }
        if self.doubts {
            self.look_at_all().await?;
            self.doubts = false;
        }
        Ok(())
    }

    /// Leaves nothing to what was told.
    async fn look_at_all(&self) -> sqlx::Result<()> {
        for rooms in self.hub.listened().chunks(SLICE * 5) {
            let elsewhere = store::presences_elsewhere(&self.db, self.node, rooms).await?;
            for room in rooms {
                self.hub.look_who(*room, elsewhere.get(room).map_or(&[], Vec::as_slice));
            }
            self.look(rooms).await?;
        }
        self.hub.forget_inboxes();
        self.access.hear(AccessChange::Unsure);
        Ok(())
    }

    async fn look_at_some(&mut self) -> sqlx::Result<()> {
        if self.round.rooms.is_empty() {
            self.round.rooms = self.hub.listened();
            (self.round.slice, self.round.pause) = pace(self.round.rooms.len());
        }
        self.round.next = Instant::now() + self.round.pause;
        let rest = self.round.rooms.len().saturating_sub(self.round.slice);
        let rooms = self.round.rooms.split_off(rest);
        self.look(&rooms).await
    }

    /// Brings these rooms up to date, hint or no hint.
    async fn look(&self, rooms: &[RoomKey]) -> sqlx::Result<()> {
        if rooms.is_empty() {
            return Ok(());
        }
        let believed: Vec<_> = rooms.iter().filter_map(|room| self.hub.believed(*room)).collect();
        for (room, last_seq, read) in store::moved(&self.db, &believed).await? {
            self.hub.look(room, last_seq, read);
        }
        for room in rooms {
            self.hub.lose_nodes(*room, |node| !self.others.contains_key(&node));
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
