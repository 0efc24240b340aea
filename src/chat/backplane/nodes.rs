//! Which nodes there are: each says every two seconds that it lives, and looks who else does.

use std::{collections::HashSet, time::Duration};

use sqlx::PgPool;
use tokio::time::{MissedTickBehavior, interval};
use uuid::Uuid;

use crate::chat::{Hub, store};

/// Also how often rooms are looked at without a hint.
const BEAT: Duration = Duration::from_secs(2);

pub async fn run(db: PgPool, hub: Hub, node: Uuid) {
    let mut beats = interval(BEAT);
    beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = beats.tick() => {}
            () = hub.met() => {}
            () = hub.closing() => {
                let _ = store::forget_node(&db, node).await;
                return;
            }
        }
        if let Err(error) = beat(&db, &hub, node).await {
            tracing::warn!(%error, "this node could not say that it lives");
        }
    }
}

async fn beat(db: &PgPool, hub: &Hub, node: Uuid) -> sqlx::Result<()> {
    store::beat(db, node).await?;
    let others: HashSet<Uuid> = store::other_nodes(db, node).await?.into_iter().collect();
    let was_alone = hub.is_alone();
    hub.set_alone(others.is_empty());
    hub.lose_nodes(|other| !others.contains(&other));
    if others.is_empty() {
        return Ok(());
    }
    if was_alone {
        store::tell_presences(db, node, &hub.here()).await?;
    }
    look(db, hub).await
}

/// Brings the rooms that somebody listens to up to date, hint or no hint.
pub async fn look(db: &PgPool, hub: &Hub) -> sqlx::Result<()> {
    let rooms = hub.listened();
    if rooms.is_empty() {
        return Ok(());
    }
    for (room, status) in store::statuses(db, &rooms).await? {
        hub.look(room, status.last_seq, status.read);
    }
    Ok(())
}
