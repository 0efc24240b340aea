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

use async_nats::ServerAddr;

use crate::chat::cluster::parts::ClusterParts;
use client::Nats;
use subscriptions::SubscriptionSync;

/// Connects, and keeps this node's subscriptions what its listeners need.
pub async fn start(servers: &[ServerAddr], database: &str, parts: &ClusterParts) -> anyhow::Result<Nats> {
    let (nats, client_events) = client::connect(servers, database).await?;
    let loopback = nats.client.subscribe(nats.node_subject(parts.node)).await?;
    let sync = SubscriptionSync::new(nats.clone(), parts.clone(), loopback);
    tokio::spawn(sync.run(parts.subscriptions.requests(), client_events));
    Ok(nats)
}
