//! What nodes tell each other by NATS: a subject per room and one per inbox, subscribed only while
//! somebody here listens.
//!
//! ```text
//! haggle.<database>.room.buyer_1_seller_2    entries, read marks, typing, presence
//! haggle.<database>.inbox.<account>          something changed in one of this account's rooms
//! haggle.<database>.node.<node>              a node to itself: subscribed until here
//! ```
//!
//! Several marketplaces may share one NATS: the database's own name keeps them apart. The client
//! connects again by itself for ever, and subscribes again to what it was subscribed to.

pub mod client;
mod subscriptions;

use std::sync::Arc;

use async_nats::ServerAddr;
use tokio::sync::Mutex;

use crate::{
    chat::cluster::parts::ClusterParts,
    jobs::{Policy, Supervisor},
};
use client::Nats;
use subscriptions::SubscriptionSync;

/// Connects, and keeps this node's subscriptions what its listeners need.
pub async fn start(
    servers: &[ServerAddr],
    database: &str,
    parts: &ClusterParts,
    supervisor: &Supervisor,
) -> anyhow::Result<Nats> {
    let (nats, client_events) = client::connect(servers, database).await?;
    let requests = Arc::new(Mutex::new(parts.subscriptions.requests()));
    let client_events = Arc::new(Mutex::new(client_events));
    supervisor.spawn("chat.cluster.nats", Policy::Essential, {
        let (nats, parts) = (nats.clone(), parts.clone());
        move || {
            let (nats, parts) = (nats.clone(), parts.clone());
            let (requests, client_events) = (requests.clone(), client_events.clone());
            async move {
                match SubscriptionSync::start(nats, parts).await {
                    Ok(sync) => sync.run(&mut *requests.lock().await, &mut *client_events.lock().await).await,
                    Err(error) => tracing::warn!(%error, "nats subscription failed"),
                }
            }
        }
    });
    Ok(nats)
}
