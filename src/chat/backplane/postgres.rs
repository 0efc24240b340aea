//! What the other nodes tell, by LISTEN.
//!
//! A connection can be lost without either end hearing of it. So this node tells itself something now and
//! then, and what doesn't hear that is given up.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use anyhow::{Context as _, bail};
use sqlx::{
    PgPool,
    postgres::{PgListener, PgPoolOptions},
};
use tokio::time::{MissedTickBehavior, interval, timeout};
use uuid::Uuid;

use crate::{
    accounts::AccessEvents,
    chat::{
        Hub,
        backplane::{hear, outbox},
        store::{self, nodes::CHANNEL},
    },
    web::with_task_timeout,
};

const RETRY: Duration = Duration::from_secs(1);
/// How often this node tells itself something, and how long that may take.
const ECHO: Duration = Duration::from_secs(3);

/// Listens for ever; after every gap it brings up to date what may have been missed.
pub async fn listen(db: PgPool, hub: Hub, access: AccessEvents, node: Uuid) {
    loop {
        tokio::select! {
            biased;
            () = hub.closing() => return,
            heard = listen_once(&db, &hub, &access, node) => {
                if let Err(error) = heard {
                    tracing::warn!(%error, "the other nodes can't be heard just now");
                }
                tokio::time::sleep(RETRY).await;
            }
        }
    }
}

async fn listen_once(db: &PgPool, hub: &Hub, access: &AccessEvents, node: Uuid) -> anyhow::Result<()> {
    let mut listener = timeout(ECHO, connect(db)).await.context("no connection in time")??;
    // Whatever was told while nobody listened here.
    hub.doubt();
    hub.meet();
    let is_waiting = AtomicBool::new(false);
    tokio::select! {
        // What has arrived is heard before it is missed.
        biased;
        heard = hear_all(&mut listener, hub, access, node, &is_waiting) => heard,
        missed = tell_itself(db, hub, node, &is_waiting) => missed,
    }
}

/// Returns when the connection is lost, and with it what was told meanwhile.
async fn hear_all(
    listener: &mut PgListener,
    hub: &Hub,
    access: &AccessEvents,
    node: Uuid,
    is_waiting: &AtomicBool,
) -> anyhow::Result<()> {
    while let Some(notification) = listener.try_recv().await? {
        let Some((from, news)) = outbox::read(notification.payload()) else { continue };
        if from == node {
            is_waiting.store(false, Ordering::Relaxed);
        } else {
            news.for_each(|news| hear(hub, access, from, news));
        }
    }
    Ok(())
}

/// Beside the hearing, which a database that is slow to be told must not hold up. Returns when something
/// didn't arrive.
async fn tell_itself(db: &PgPool, hub: &Hub, node: Uuid, is_waiting: &AtomicBool) -> anyhow::Result<()> {
    let mut echoes = interval(ECHO);
    echoes.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        echoes.tick().await;
        if is_waiting.load(Ordering::Relaxed) {
            bail!("what this node told itself didn't arrive");
        }
        // While nothing can be told, nothing is missed.
        if !hub.is_alone() {
            // It may be back before we know that it was sent.
            is_waiting.store(true, Ordering::Relaxed);
            if with_task_timeout(store::nodes::notify(db, &outbox::payloads(node, []))).await.is_err() {
                is_waiting.store(false, Ordering::Relaxed);
            }
        }
    }
}

/// Over a connection of its own: one that has died would be the pool's loss as well.
async fn connect(db: &PgPool) -> sqlx::Result<PgListener> {
    let pool = PgPoolOptions::new().max_connections(1).max_lifetime(None).idle_timeout(None);
    let pool = pool.connect_with((*db.connect_options()).clone()).await?;
    let mut listener = PgListener::connect_with(&pool).await?;
    listener.eager_reconnect(false);
    listener.listen(CHANNEL).await?;
    Ok(listener)
}
