//! Heartbeat: every two seconds a node says that it lives, and looks who else does. Nothing else is done in
//! between: a node that is busy must not be taken for one that is gone.

use std::collections::HashMap;

use tokio::time::{MissedTickBehavior, interval};
use uuid::Uuid;

use super::{membership::HEARTBEAT_INTERVAL, nats::client::Nats, parts::ClusterParts};
use crate::{
    chat::{
        live::{event::ClusterEvent, presence::PRESENCE_GRACE},
        store,
    },
    web::with_task_timeout,
};

pub struct HeartbeatTask {
    parts: ClusterParts,
    nats: Option<Nats>,
    /// Whether NATS was there at the last heartbeat.
    nats_was_there: bool,
    /// Those that lived at the last heartbeat, and whether NATS was there for each.
    others: HashMap<Uuid, bool>,
    /// The others took this node for gone, and don't know yet that they are stale.
    was_evicted: bool,
    /// What the others published lately may be lost.
    is_stale: bool,
}

impl HeartbeatTask {
    pub fn new(parts: ClusterParts, nats: Option<Nats>) -> Self {
        HeartbeatTask {
            parts,
            nats,
            nats_was_there: false,
            others: HashMap::new(),
            was_evicted: false,
            is_stale: false,
        }
    }

    pub async fn run(mut self) {
        let mut heartbeats = interval(HEARTBEAT_INTERVAL);
        heartbeats.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let (shutdown, staleness) = (self.parts.shutdown.clone(), self.parts.staleness.clone());
        loop {
            tokio::select! {
                _ = heartbeats.tick() => {}
                () = staleness.woken() => {}
                () = shutdown.requested() => {
                    let _ = with_task_timeout(self.leave()).await;
                    return;
                }
            }
            if let Err(error) = with_task_timeout(self.heartbeat()).await {
                tracing::warn!(%error, "node heartbeat failed");
            }
        }
    }

    /// Whoever was here comes back at another node: for the others their presence stays for its grace, as if
    /// they had closed a page. What is still stored here is published to whoever is there, and by the
    /// database: a node that starts from now on isn't heard of here any more.
    async fn leave(&self) -> sqlx::Result<()> {
        self.parts.outlet.set_single_node(false);
        self.parts.membership.set_nats_reaches_all(false);
        store::nodes::final_heartbeat(&self.parts.db, self.parts.node, PRESENCE_GRACE).await
    }

    async fn heartbeat(&mut self) -> sqlx::Result<()> {
        let ClusterParts { outlet, membership, staleness, node, .. } = &self.parts;
        self.is_stale |= staleness.take_stale();
        let nats_is_there = self.nats.as_ref().is_some_and(Nats::is_connected);
        // One connection of the pool for all that is asked.
        let mut db = self.parts.db.acquire().await?;
        // Not forgotten if the next question fails.
        self.was_evicted |= store::nodes::heartbeat(&mut *db, *node, nats_is_there).await?;
        let others = store::nodes::other_nodes(&mut db, *node).await?;
        drop(db);
        let was_single = outlet.is_single_node();
        outlet.set_single_node(others.is_empty());
        membership.set_nats_reaches_all(others.values().all(|hears| *hears));
        if nats_is_there != std::mem::replace(&mut self.nats_was_there, nats_is_there) {
            // The others see in its row how to reach this node.
            outlet.publish(ClusterEvent::Hello);
        }
        // A node that disappeared may have committed entries that it never announced; a node that was evicted
        // missed events. Both make this node stale.
        self.is_stale |= self.was_evicted || self.others.keys().any(|known| !others.contains_key(known));
        // A node that has lost NATS without our knowing missed events as well.
        let lost_nats = others.iter().any(|(node, hears)| !hears && self.others.get(node) == Some(&true));
        if was_single || self.was_evicted || lost_nats {
            outlet.publish(ClusterEvent::Stale);
        }
        self.was_evicted = false;
        self.others = others;
        membership.update(self.others.keys().copied().collect(), std::mem::take(&mut self.is_stale));
        Ok(())
    }
}
