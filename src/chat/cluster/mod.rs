//! Several nodes on one database are one chat.
//!
//! Each node publishes what its own rooms were told: that an entry is there, read marks, typing, presence,
//! access that ended. These are hints, ids only; the rows are the truth. A node that hears of an entry reads
//! it ([`backfill`]), and every two seconds each compares the rooms that somebody listens to with their rows
//! ([`reconcile`]), so that a lost hint, or a node that died between its commit and publishing, costs seconds
//! and never a message.
//!
//! ```text
//! live ── ClusterEvent ──→ publisher ── NOTIFY, or NATS; coalesced, after the commit ──→ other nodes' apply ──→ their live
//!                                                                                  rows ──→ backfill ──↗
//! ```
//!
//! With NATS, what concerns a room or an inbox goes by a subject of its own ([`nats`]). The rest goes by the
//! database all the same, which has just stored it: access that ended, and news of the nodes themselves.
//! While NATS is away for any node, which each says in its row, everything does.
//!
//! A node is stale when its connection to either was lost, when another node disappeared, when it was evicted
//! itself, when it doesn't know whether its commit went through, and when another publishes
//! [`ClusterEvent::Stale`](crate::chat::live::event::ClusterEvent::Stale). Then it reconciles rooms, presence and sessions, and resyncs inboxes. A
//! single node publishes nothing.

mod apply;
mod backfill;
mod codec;
mod heartbeat;
pub mod membership;
mod nats;
pub mod parts;
mod postgres;
mod publisher;
mod reconcile;

use async_nats::ServerAddr;
use tokio::sync::broadcast::error::RecvError;

use super::store;
use crate::{
    accounts::AccessChange,
    jobs::{Policy, Supervisor},
};
use heartbeat::HeartbeatTask;
use parts::ClusterParts;
use publisher::ClusterPublisher;
use reconcile::Reconciler;

use crate::chat::live::event::ClusterEvent;

/// Joins the other nodes: from now on events go out and come in.
///
/// `servers`: of NATS, if it shall carry them. They needn't be there yet.
pub async fn join(
    parts: ClusterParts,
    servers: Vec<ServerAddr>,
    supervisor: &Supervisor,
) -> anyhow::Result<()> {
    let nats = match &servers[..] {
        [] => None,
        servers => {
            let database = store::nodes::database_name(&parts.db).await?;
            Some(nats::start(servers, &database, &parts, supervisor).await?)
        }
    };
    let backfills = parts.rooms.backfills().receiver();
    supervisor.spawn("chat.cluster.backfill", Policy::Essential, {
        let (db, rooms, screen) = (parts.db.clone(), parts.rooms.clone(), parts.screen.clone());
        move || backfill::run(db.clone(), rooms.clone(), screen.clone(), backfills.clone())
    });
    let events = parts.outlet.events().receiver();
    supervisor.spawn_draining("chat.cluster.publisher", Policy::Essential, {
        let publisher = ClusterPublisher { parts: parts.clone(), nats: nats.clone() };
        move |stop| publisher.clone().run(events.clone(), stop)
    });
    store::nodes::heartbeat(&parts.db, parts.node, false).await?;
    publisher::announce(&parts).await?;
    // Started anew it knows no others, as one that was evicted: it is stale.
    supervisor.spawn_draining("chat.cluster.heartbeat", Policy::Essential, {
        let parts = parts.clone();
        move |_| HeartbeatTask::new(parts.clone(), nats.clone()).run()
    });
    supervisor.spawn("chat.cluster.reconciler", Policy::Essential, {
        let parts = parts.clone();
        move || Reconciler::new(parts.clone()).run()
    });
    supervisor.spawn("chat.cluster.listener", Policy::Essential, {
        let parts = parts.clone();
        move || postgres::listen(parts.clone())
    });
    supervisor.spawn("chat.cluster.access", Policy::Essential, move || publish_access_changes(parts.clone()));
    Ok(())
}

/// Publishes whose access ended here.
async fn publish_access_changes(parts: ClusterParts) {
    let mut changes = parts.access.subscribe_local();
    loop {
        match changes.recv().await {
            Ok(change) => parts.outlet.publish(ClusterEvent::Access(change)),
            Err(RecvError::Lagged(_)) => parts.outlet.publish(ClusterEvent::Access(AccessChange::ResyncAll)),
            Err(RecvError::Closed) => return,
        }
    }
}
