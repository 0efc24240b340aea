//! Publishes what happens here to the other nodes: collected while the last batch is on its way, after the
//! commit, in as few payloads as it fits into. Delivery is at most once; a batch that fails marks the others
//! stale instead.

use std::{collections::HashMap, sync::Arc, time::Duration};

use tokio::{
    sync::{Mutex, mpsc},
    time::sleep,
};

use tokio_util::sync::CancellationToken;

use super::{codec, nats::client::Nats, parts::ClusterParts};
use crate::{
    chat::{live::event::ClusterEvent, store},
    web::with_task_timeout,
};

/// Events in one statement.
const MAX_BATCH_EVENTS: usize = 1024;
/// After a batch that failed.
const RETRY_DELAY: Duration = Duration::from_secs(1);

#[derive(Clone)]
pub struct ClusterPublisher {
    pub parts: ClusterParts,
    pub nats: Option<Nats>,
}

impl ClusterPublisher {
    /// Ends when all that was there at `stop` is published.
    pub async fn run(self, events: Arc<Mutex<mpsc::Receiver<ClusterEvent>>>, stop: CancellationToken) {
        let mut events = events.lock().await;
        let outlet = &self.parts.outlet;
        let mut batch = Vec::new();
        loop {
            let is_retry = !batch.is_empty();
            tokio::select! {
                biased;
                received = events.recv_many(&mut batch, MAX_BATCH_EVENTS) => {
                    if received == 0 {
                        return;
                    }
                }
                () = stop.cancelled() => {
                    if is_retry {
                        let _ = self.publish(&batch).await;
                    }
                    return;
                }
                () = sleep(RETRY_DELAY), if is_retry => {}
            }
            if outlet.take_dropped() {
                batch.push(ClusterEvent::Stale);
            }
            if let Err(error) = self.publish(&batch).await {
                let single_node = outlet.is_single_node();
                tracing::warn!(%error, single_node, "cluster publish failed, marking stale");
                // In place of all that: they have to read the rows.
                batch = vec![ClusterEvent::Stale];
            } else {
                batch.clear();
            }
        }
    }

    /// Whoever hears of a presence, or that it is stale, may read the rows of presences next, so these are
    /// written before it is published. The rest stands in its rows already and waits for nothing.
    async fn publish(&self, batch: &[ClusterEvent]) -> anyhow::Result<()> {
        let (presences, rest): (Vec<_>, Vec<_>) = batch
            .iter()
            .partition(|event| matches!(event, ClusterEvent::Presence { .. } | ClusterEvent::Stale));
        self.send(&rest).await?;
        if presences.is_empty() {
            return Ok(());
        }
        // The others are told all the same, and once more when it could be stored.
        let stored = with_task_timeout(self.store_presences(&presences)).await;
        self.send(&presences).await?;
        Ok(stored?)
    }

    async fn send(&self, events: &[&ClusterEvent]) -> anyhow::Result<()> {
        let ClusterParts { node, db, membership, .. } = &self.parts;
        let nats = self.nats.as_ref().filter(|nats| nats.is_connected() && membership.nats_reaches_all());
        let (by_nats, by_database): (Vec<_>, Vec<_>) =
            events.iter().copied().partition(|event| nats.is_some() && event.room().is_some());
        let sent = match nats {
            Some(nats) => nats.publish(*node, &by_nats).await,
            None => Ok(()),
        };
        if !by_database.is_empty() {
            with_task_timeout(store::nodes::notify(db, &codec::encode(*node, by_database))).await?;
        }
        sent
    }

    /// Only here, one batch after the other: what is written last is what is so.
    async fn store_presences(&self, events: &[&ClusterEvent]) -> sqlx::Result<()> {
        let ClusterParts { node, db, rooms, .. } = &self.parts;
        if events.contains(&&ClusterEvent::Stale) {
            return store::presences::replace_presences(db, *node, &rooms.local_presences()).await;
        }
        // Whoever came and went meanwhile is stored as they are at last.
        let last: HashMap<_, _> = events
            .iter()
            .filter_map(|event| match event {
                ClusterEvent::Presence { r, who, on } => Some(((*r, *who), *on)),
                _ => None,
            })
            .collect();
        store::presences::update_presences(db, *node, &last).await
    }
}

/// Makes the nodes that are there look who is new.
pub async fn announce(parts: &ClusterParts) -> sqlx::Result<()> {
    store::nodes::notify(&parts.db, &codec::encode(parts.node, &[ClusterEvent::Hello])).await
}
