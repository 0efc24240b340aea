//! Several nodes on one database are one chat.
//!
//! Each node tells the others what its own rooms were told: that an entry is there, read marks,
//! typing, presence, access that ended. What it tells are hints, ids only; the rows are the truth.
//! A node that hears of an entry reads it ([`catch_up`]), and every two seconds each looks by itself at the
//! rooms that somebody listens to ([`look`]), so that a hint that was lost, or a node that died between its commit
//! and telling, costs seconds and never a message.
//!
//! ```text
//! hub ── News ──→ outbox ── NOTIFY, or NATS; coalesced, after the commit ──→ other nodes' listener ──→ their hub
//!                                                                               rows ──→ catch_up ──↗
//! ```
//!
//! With NATS, what concerns a room or an inbox goes by a subject of its own ([`nats`]). The rest goes by
//! the database all the same, which has just stored it: access that ended, and news of the nodes
//! themselves. While NATS is away for any node, which each says in its row, everything does.
//!
//! A node whose connection to either was lost has doubts: it looks at the rows, also at who is where and who
//! is still signed in, and lets its inbox sockets come back. So does one that lost another node or was given
//! up, one whose commit may have gone through or not, and all that are told of somebody's [`News::Doubt`].
//! While a node is alone it tells nobody.

mod catch_up;
mod look;
mod nats;
mod nodes;
mod outbox;
mod postgres;

use async_nats::ServerAddr;
use look::Look;
use nodes::Nodes;
use outbox::Outbox;
use serde::{Deserialize, Serialize};
use sqlx::PgPool;
use uuid::Uuid;

use crate::{
    accounts::{AccessChange, AccessEvents},
    chat::{
        Hub,
        domain::{room_key::RoomKey, side::Side},
        store,
    },
};

/// What one node tells the others. Short names: it travels in payloads of at most 8,000 bytes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum News {
    /// The room has an entry with this `seq`; these two accounts' inboxes changed.
    #[serde(rename = "e")]
    Entry { r: RoomKey, s: i64, a: [i64; 2] },
    /// A side read up to `s`; this account's inbox changed.
    #[serde(rename = "r")]
    Read { r: RoomKey, by: Side, s: i64, a: i64 },
    #[serde(rename = "t")]
    Typing { r: RoomKey, by: Side },
    #[serde(rename = "p")]
    Presence { r: RoomKey, who: Side, on: bool },
    #[serde(rename = "x")]
    Access(AccessChange),
    /// A node has begun: it wants to be known, and to know who is where.
    #[serde(rename = "h")]
    Hello,
    /// What this node told lately may not have arrived.
    #[serde(rename = "d")]
    Doubt,
}

impl News {
    /// The room that it is about.
    fn room(&self) -> Option<RoomKey> {
        match self {
            News::Entry { r, .. }
            | News::Read { r, .. }
            | News::Typing { r, .. }
            | News::Presence { r, .. } => Some(*r),
            News::Access(_) | News::Hello | News::Doubt => None,
        }
    }

    /// Whose inboxes changed with it.
    fn accounts(&self) -> &[i64] {
        match self {
            News::Entry { a, .. } => a,
            News::Read { a, .. } => std::slice::from_ref(a),
            _ => &[],
        }
    }
}

/// Joins the other nodes: from now on the hub's news go out and theirs come in.
///
/// `servers`: of NATS, if it shall carry them. They needn't be there yet.
pub async fn start(
    db: PgPool,
    hub: Hub,
    access: AccessEvents,
    servers: Vec<ServerAddr>,
) -> anyhow::Result<()> {
    let node = Uuid::new_v4();
    let nats = match &servers[..] {
        [] => None,
        servers => Some(nats::start(servers, &store::nodes::database_name(&db).await?, &hub, node).await?),
    };
    if let Some(behind) = hub.take_behind() {
        tokio::spawn(catch_up::run(db.clone(), hub.clone(), behind));
    }
    if let Some(news) = hub.take_news() {
        let outbox = Outbox { db: db.clone(), nats: nats.clone(), hub: hub.clone(), node };
        tokio::spawn(outbox.run(news));
    }
    store::nodes::heartbeat(&db, node, false).await?;
    outbox::say_hello(&db, node).await?;
    let (nodes, known) = Nodes::new(db.clone(), hub.clone(), node, nats);
    tokio::spawn(nodes.run());
    tokio::spawn(Look::new(db.clone(), hub.clone(), access.clone(), node, known).run());
    tokio::spawn(postgres::listen(db, hub.clone(), access.clone(), node));
    tokio::spawn(pass_on(hub, access));
    Ok(())
}

/// Tells the other nodes whose access ended here.
async fn pass_on(hub: Hub, access: AccessEvents) {
    let mut events = access.subscribe_local();
    loop {
        match events.recv().await {
            Ok(ended) => hub.publish(News::Access(ended)),
            Err(tokio::sync::broadcast::error::RecvError::Lagged(_)) => {
                hub.publish(News::Access(AccessChange::Unsure));
            }
            Err(_) => return,
        }
    }
}

/// What another node told everybody.
fn hear(hub: &Hub, access: &AccessEvents, node: Uuid, news: News) {
    if let Some(room) = news.room() {
        hub.tell_people_here(room, news.accounts());
    }
    match news {
        News::Access(ended) => access.apply_remote(ended),
        News::Hello => hub.meet(),
        News::Doubt => {
            hub.doubt();
            hub.meet();
        }
        news => hear_in_room(hub, node, &news),
    }
}

/// What another node told to those in a room.
fn hear_in_room(hub: &Hub, node: Uuid, news: &News) {
    match *news {
        News::Entry { r, s, .. } => hub.hear_of_entry(r, s),
        News::Read { r, by, s, .. } => hub.hear_of_read(r, by, s),
        News::Typing { r, by } => hub.hear_of_typing(r, by),
        News::Presence { r, who, on } => hub.hear_of_presence(r, who, node, on),
        News::Access(_) | News::Hello | News::Doubt => {}
    }
}
