//! Tells webhooks of messages, beside the writing path (change data capture by polling, as `notices/tail.rs`).
//!
//! ```text
//! lock webhook_tail (or leave it to the node that has) → new entries of rooms whose people want to be told
//!                                                      → webhooks::record, idempotent → move the mark → commit
//! ```
//!
//! Looks overlap, because a message may be committed later than its time says. Invariant: what is withheld from a side
//! is never told to its webhooks, and no words are read here at all.

use std::time::Duration;

use sqlx::PgPool;
use tokio::time::{MissedTickBehavior, interval};

use crate::{
    chat::store,
    notices::database_time,
    web::with_task_timeout,
    webhooks::{self, Event},
};

const INTERVAL: Duration = Duration::from_secs(1);
/// As much as a transaction may take, and a fail-over.
const OVERLAP: Duration = Duration::from_secs(2 * 60);
/// Entries in one look.
const MAX_ENTRIES: i64 = 5_000;

#[derive(Clone, Debug)]
pub struct WebhookTail {
    pub db: PgPool,
}

impl WebhookTail {
    /// Looks every second, until it is dropped.
    pub async fn run(self) {
        let mut ticks = interval(INTERVAL);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            if let Err(error) = with_task_timeout(self.look()).await {
                tracing::warn!(%error, "rooms not looked at for webhooks");
            }
        }
    }

    /// One look.
    pub async fn look(&self) -> sqlx::Result<()> {
        let now = database_time(&self.db).await?;
        let mut tx = self.db.begin().await?;
        let Some((seen_until, accounts)) = webhooks::lock_tail(&mut tx).await? else { return Ok(()) };
        let mut until = now;
        if !accounts.is_empty() {
            let since = seen_until - OVERLAP;
            let entries = store::webhooks::entries_since(&mut *tx, &accounts, since, MAX_ENTRIES).await?;
            if entries.len() as i64 == MAX_ENTRIES {
                // A full look goes on where it ended.
                until = entries.last().map_or(now, |last| last.sent_at + OVERLAP).min(now);
            }
            webhooks::record(&mut tx, &events(&entries)).await?;
        }
        // Never back, and never still: what is looked at twice is recorded once.
        let until = until.max(seen_until + Duration::from_millis(1)).min(now.max(seen_until));
        webhooks::move_tail(&mut tx, until).await?;
        tx.commit().await
    }
}

fn events(entries: &[store::webhooks::NewEntry]) -> Vec<Event> {
    let mut events = Vec::new();
    for entry in entries {
        let room = entry.room.to_string();
        if entry.seq == 1 && entry.is_seller {
            events.push(Event::room(entry.account_id, &room));
        }
        let from = if entry.from_buyer { "buyer" } else { "seller" };
        events.push(Event::message(entry.account_id, &room, entry.seq, from));
    }
    events
}
