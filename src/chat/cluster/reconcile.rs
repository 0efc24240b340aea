//! Reconciliation (anti-entropy): compares every room that has a local listener with its row once per
//! heartbeat interval, 50 rooms a query, so that a lost hint costs 2 s at most. When the node is stale it also
//! reloads presence, resyncs inboxes and has sessions looked up.

use std::time::Duration;

use tokio::{
    sync::watch,
    time::{Instant, sleep_until},
};

use super::{
    membership::{HEARTBEAT_INTERVAL, Members},
    parts::ClusterParts,
};
use crate::{
    accounts::AccessChange,
    chat::{
        domain::{room_key::RoomKey, side::Side},
        store,
    },
    web::with_task_timeout,
};

/// Rooms in one query: a message that meets it waits no longer than it takes.
const ROOMS_PER_SLICE: usize = 50;
/// Slices in one round: with more rooms, each has more of them.
const MAX_SLICES: usize = 200;

pub struct Reconciler {
    parts: ClusterParts,
    members: watch::Receiver<Members>,
    /// The staleness that the last round was begun for.
    stale_generation: u64,
    round: Round,
}

/// Rooms that are still to be compared before all have been once more.
struct Round {
    rooms: Vec<RoomKey>,
    slice: usize,
    next: Instant,
    pause: Duration,
    is_stale: bool,
}

impl Reconciler {
    pub fn new(parts: ClusterParts) -> Self {
        let members = parts.membership.subscribe();
        let round = Round {
            rooms: Vec::new(),
            slice: ROOMS_PER_SLICE,
            next: Instant::now(),
            pause: HEARTBEAT_INTERVAL,
            is_stale: false,
        };
        Reconciler { parts, members, stale_generation: 0, round }
    }

    pub async fn run(mut self) {
        let shutdown = self.parts.shutdown.clone();
        loop {
            tokio::select! {
                Ok(()) = self.members.changed() => self.on_membership_change(),
                () = sleep_until(self.round.next) => {
                    if let Err(error) = with_task_timeout(self.reconcile_slice()).await {
                        tracing::warn!(%error, "reconciliation failed");
                    }
                }
                () = shutdown.requested() => return,
            }
        }
    }

    /// A stale node reconciles at once, or after the round that it is stale for already.
    fn on_membership_change(&mut self) {
        let may_begin = !self.round.is_stale || self.round.rooms.is_empty();
        if may_begin && self.members.borrow().stale_generation != self.stale_generation {
            self.round.rooms.clear();
            self.round.next = Instant::now();
        }
    }

    fn begin_round(&mut self) {
        let rooms = self.parts.rooms.keys();
        let (slice, pause) = round_schedule(rooms.len());
        let generation = self.members.borrow().stale_generation;
        let is_stale = std::mem::replace(&mut self.stale_generation, generation) != generation;
        self.round = Round { rooms, slice, next: Instant::now(), pause, is_stale };
        if is_stale {
            self.parts.inboxes.resync_all();
            self.parts.access.apply_remote(AccessChange::ResyncAll);
        }
    }

    async fn reconcile_slice(&mut self) -> sqlx::Result<()> {
        if self.round.rooms.is_empty() {
            self.begin_round();
        }
        let began = Instant::now();
        let rest = self.round.rooms.len().saturating_sub(self.round.slice);
        let rooms = self.round.rooms[rest..].to_vec();
        // If it fails, the same rooms are compared again, not at once.
        self.round.next = began + HEARTBEAT_INTERVAL;
        if !rooms.is_empty() {
            if self.round.is_stale {
                self.reconcile_presence(&rooms).await?;
            }
            self.reconcile_rooms(&rooms).await?;
        }
        self.round.rooms.truncate(rest);
        self.round.next = began + self.round.pause;
        Ok(())
    }

    /// Sets who is in these rooms on other nodes.
    async fn reconcile_presence(&self, rooms: &[RoomKey]) -> sqlx::Result<()> {
        let ClusterParts { db, node, .. } = &self.parts;
        let remote = store::presences::remote_presences(db, *node, rooms).await?;
        for room in rooms {
            self.parts.rooms.reconcile_presence(*room, remote.get(room).map_or(&[], Vec::as_slice));
        }
        Ok(())
    }

    /// Brings these rooms up to date.
    async fn reconcile_rooms(&self, rooms: &[RoomKey]) -> sqlx::Result<()> {
        let ClusterParts { db, rooms: registry, inboxes, .. } = &self.parts;
        let known: Vec<_> = rooms.iter().filter_map(|room| registry.known_position(*room)).collect();
        for (room, position, accounts) in store::rooms::rooms_changed_since(db, &known).await? {
            // What was delivered before the row was read can't be missing from it.
            let is_behind =
                known.iter().any(|(key, delivered)| *key == room && position.last_seq < delivered.last_seq);
            if is_behind {
                tracing::warn!(%room, last_seq = position.last_seq, "the database lost entries, the room starts over");
                registry.rewind(room, position);
            } else {
                registry.apply_position(room, position);
            }
            // A node that didn't tell the room of it didn't tell their inboxes.
            let before = known.iter().find(|(key, _)| *key == room).map(|(_, position)| *position);
            for (side, account) in [Side::Buyer, Side::Seller].into_iter().zip(accounts) {
                if before.is_none_or(|before| position.has_news_for(side, before)) {
                    inboxes.notify(room, &[account]);
                }
            }
        }
        let members = self.members.borrow();
        for room in rooms {
            registry.drop_nodes(*room, |node| !members.others.contains(&node));
        }
        Ok(())
    }
}

/// How many rooms a slice has, and the time between two slices, so that every room's turn comes once in a
/// [`HEARTBEAT_INTERVAL`].
fn round_schedule(rooms: usize) -> (usize, Duration) {
    let slice = ROOMS_PER_SLICE.max(rooms.div_ceil(MAX_SLICES));
    let slices = rooms.div_ceil(slice).max(1);
    (slice, HEARTBEAT_INTERVAL / u32::try_from(slices).unwrap_or(u32::MAX))
}
