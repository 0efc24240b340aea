//! Tail: finds rooms with something unread that have moved since the last look, and makes notices of them.
//!
//! ```text
//! lock the tail's row (or leave it to the node that has) → rooms by last minute, unread for two seconds
//!                                                        → notices::record → move the mark → commit
//! ```
//!
//! One transaction, so a node that is killed in it has done nothing, and the next look does it. Looks overlap by some
//! seconds, because a message may be committed later than its time says; recording is idempotent. Invariant: whatever
//! is unread two seconds after it was committed becomes a notice, on one node, without a write on the message's own path.

use std::time::Duration;

use sqlx::PgPool;
use time::OffsetDateTime;
use tokio::time::{MissedTickBehavior, interval};

use super::kind::MessageKind;
use crate::{
    chat::store,
    notices::{self, NewNotice},
    web::with_task_timeout,
};

const INTERVAL: Duration = Duration::from_secs(1);
/// Whoever looks at the room has read a message by then, and is told nothing.
const SETTLE: Duration = Duration::from_secs(2);
/// By so much looks overlap; a batch of messages is committed within four seconds or given up.
const OVERLAP: Duration = Duration::from_secs(7);
/// Once a minute for what was committed later all the same, after a fail-over for instance.
const DEEP_OVERLAP: Duration = Duration::from_secs(2 * 60);
const LOOKS_PER_DEEP_ONE: u32 = 60;
/// Rooms in one look.
const MAX_ROOMS: i64 = 10_000;

#[derive(Clone, Debug)]
pub struct Tail {
    pub db: PgPool,
    pub kind: MessageKind,
}

impl Tail {
    /// Looks every second, until it is dropped.
    pub async fn run(self) {
        let mut ticks = interval(INTERVAL);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        for look in 0_u32.. {
            ticks.tick().await;
            let overlap = if look.is_multiple_of(LOOKS_PER_DEEP_ONE) { DEEP_OVERLAP } else { OVERLAP };
            while let Some(has_more) = self.look_or_warn(overlap).await
                && has_more
            {}
        }
    }

    async fn look_or_warn(&self, overlap: Duration) -> Option<bool> {
        let look = async {
            let now = notices::database_time(&self.db).await?;
            self.look(now, overlap).await
        };
        with_task_timeout(look)
            .await
            .inspect_err(|error| tracing::warn!(%error, "unread rooms not looked for"))
            .ok()
    }

    /// One look as of `now`, which a test hands in.
    pub async fn look_at(&self, now: OffsetDateTime) -> sqlx::Result<()> {
        self.look(now, OVERLAP).await.map(drop)
    }

    /// Whether there is more to be looked at.
    async fn look(&self, now: OffsetDateTime, overlap: Duration) -> sqlx::Result<bool> {
        let mut tx = self.db.begin().await?;
        let Some(seen_until) = store::notices::lock_tail(&mut *tx).await? else { return Ok(false) };
        let moved = store::notices::moved_since(&mut *tx, seen_until - overlap, MAX_ROOMS).await?;
        let ids: Vec<i64> = moved.iter().map(|(id, _)| *id).collect();
        let unread = store::notices::unread_sides(&mut *tx, &ids, now - SETTLE).await?;
        let new: Vec<NewNotice> = unread
            .iter()
            .map(|side| NewNotice {
                began_at: side.began_at,
                ..NewNotice::new(side.account_id, side.room.to_string(), side.last_at)
            })
            .collect();
        notices::record(&mut tx, &self.kind, &new).await?;
        // A full look goes on where it ended.
        let full =
            moved.last().filter(|_| ids.len() as i64 == MAX_ROOMS).map(|(_, last_at)| *last_at + overlap);
        let has_more = full.is_some_and(|until| until < now);
        store::notices::move_tail(&mut *tx, full.unwrap_or(now).min(now)).await?;
        tx.commit().await?;
        Ok(has_more)
    }
}
