//! Which nodes there are: each says every two seconds that it lives, and looks who else does.

use std::{collections::HashSet, time::Duration};

use sqlx::PgPool;
use tokio::time::{MissedTickBehavior, interval};
use uuid::Uuid;

use super::News;
use crate::chat::{Hub, RoomKey, store};

/// Also how often rooms are looked at without a hint.
const BEAT: Duration = Duration::from_secs(2);

pub async fn run(db: PgPool, hub: Hub, node: Uuid) {
    let mut beats = interval(BEAT);
    beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut doubts = false;
    loop {
        tokio::select! {
            _ = beats.tick() => {}
            () = hub.met() => {}
            () = hub.closing() => {
                let _ = store::forget_node(&db, node).await;
                return;
            }
        }
        doubts |= hub.take_doubts();
        match beat(&db, &hub, node, doubts).await {
            Ok(()) => doubts = false,
            Err(error) => tracing::warn!(%error, "this node could not say that it lives"),
        }
    }
}

/// `doubts`: whether what the others told lately may be lost.
async fn beat(db: &PgPool, hub: &Hub, node: Uuid, doubts: bool) -> sqlx::Result<()> {
    let was_given_up = store::beat(db, node).await?;
    let others: HashSet<Uuid> = store::other_nodes(db, node).await?.into_iter().collect();
    let was_alone = hub.is_alone();
    hub.set_alone(others.is_empty());
    hub.lose_nodes(|other| !others.contains(&other));
    if !others.is_empty() && (was_alone || was_given_up) {
        store::tell_presences(db, node, &hub.here()).await?;
        hub.publish(News::Doubt);
    }
    let rooms = hub.listened();
    if doubts {
        look_who(db, hub, node, &rooms).await?;
        hub.forget_inboxes();
    }
    look(db, hub, &rooms).await
}

/// Brings the rooms that somebody listens to up to date, hint or no hint.
async fn look(db: &PgPool, hub: &Hub, rooms: &[RoomKey]) -> sqlx::Result<()> {
    if rooms.is_empty() {
        return Ok(());
    }
    for (room, status) in store::statuses(db, rooms).await? {
        hub.look(room, status.last_seq, status.read);
    }
    Ok(())
}

async fn look_who(db: &PgPool, hub: &Hub, node: Uuid, rooms: &[RoomKey]) -> sqlx::Result<()> {
    let elsewhere = store::presences_elsewhere(db, node, rooms).await?;
    for room in rooms {
        hub.look_who(*room, elsewhere.get(room).map_or(&[], Vec::as_slice));
    }
    Ok(())
}
