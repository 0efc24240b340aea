//! Listens to what the other nodes publish, by LISTEN.
//!
//! A connection can be lost without either end noticing. So this node notifies itself now and then (a
//! self-check), and a connection that doesn't bring that back is given up.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use anyhow::{Context as _, bail};
use sqlx::postgres::PgListener;
use tokio::time::{MissedTickBehavior, interval, timeout};

use super::{apply::apply_remote_event, codec, parts::ClusterParts};
use crate::{
    chat::store::{self, nodes::CHANNEL},
    db,
    web::with_task_timeout,
};

const RETRY_DELAY: Duration = Duration::from_secs(1);
/// How often this node tells itself something, and how long that may take.
const SELF_CHECK_INTERVAL: Duration = Duration::from_secs(3);

/// Listens for ever; after every gap it brings up to date what may have been missed.
pub async fn listen(parts: ClusterParts) {
    loop {
        tokio::select! {
            biased;
            () = parts.shutdown.requested() => return,
            heard = run_listener(&parts) => {
                if let Err(error) = heard {
                    tracing::warn!(%error, "cluster listener failed");
                }
                tokio::time::sleep(RETRY_DELAY).await;
            }
        }
    }
}

async fn run_listener(parts: &ClusterParts) -> anyhow::Result<()> {
    let mut listener = timeout(SELF_CHECK_INTERVAL, db::listen(&parts.db, CHANNEL))
        .await
        .context("no connection in time")??;
    // Whatever was told while nobody listened here.
    parts.staleness.mark_stale();
    parts.staleness.wake();
    let is_waiting = AtomicBool::new(false);
    tokio::select! {
        // What has arrived is heard before it is missed.
        biased;
        heard = receive_all(&mut listener, parts, &is_waiting) => heard,
        missed = self_check(parts, &is_waiting) => missed,
    }
}

/// Returns when the connection is lost, and with it what was told meanwhile.
async fn receive_all(
    listener: &mut PgListener,
    parts: &ClusterParts,
    is_waiting: &AtomicBool,
) -> anyhow::Result<()> {
    while let Some(notification) = listener.try_recv().await? {
        let Some((from, events)) = codec::decode(notification.payload()) else { continue };
        if from == parts.node {
            is_waiting.store(false, Ordering::Relaxed);
        } else {
            events.for_each(|event| apply_remote_event(parts, from, event));
        }
    }
    Ok(())
}

/// Beside the hearing, which a database that is slow to be told must not hold up. Returns when something
/// didn't arrive.
async fn self_check(parts: &ClusterParts, is_waiting: &AtomicBool) -> anyhow::Result<()> {
    let mut checks = interval(SELF_CHECK_INTERVAL);
    checks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        checks.tick().await;
        if is_waiting.load(Ordering::Relaxed) {
            bail!("the notification to itself didn't arrive");
        }
        // While nothing can be told, nothing is missed.
        if !parts.outlet.is_single_node() {
            // It may be back before we know that it was sent.
            is_waiting.store(true, Ordering::Relaxed);
            if with_task_timeout(store::nodes::notify(&parts.db, &codec::encode(parts.node, [])))
                .await
                .is_err()
            {
                is_waiting.store(false, Ordering::Relaxed);
            }
        }
    }
}
