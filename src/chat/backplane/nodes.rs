//! Which nodes there are: each says every two seconds that it lives, and looks who else does. Nothing else is
//! done in between: one that is busy must not be taken for one that is gone.

use std::{collections::HashMap, time::Duration};

use sqlx::PgPool;
use tokio::{
    sync::watch,
    time::{MissedTickBehavior, interval},
};
use uuid::Uuid;

use crate::{
    chat::{
        Hub,
        backplane::{News, look::Known, nats::Nats},
        presence::LINGER,
        store,
    },
    web::with_task_timeout,
};

/// Also how often each room is looked at without a hint.
pub const BEAT: Duration = Duration::from_secs(2);

pub struct Nodes {
    db: PgPool,
    hub: Hub,
    node: Uuid,
    nats: Option<Nats>,
    /// Whether it was, at the last beat.
    nats_was_there: bool,
    /// Those that lived at the last beat, and whether NATS was there for each.
    others: HashMap<Uuid, bool>,
    /// The others took this node for gone, and don't know yet that they have to look again.
    was_given_up: bool,
    /// What the others told lately may be lost.
    doubts: bool,
    known: watch::Sender<Known>,
}

impl Nodes {
    /// What it finds out can be watched.
    pub fn new(db: PgPool, hub: Hub, node: Uuid, nats: Option<Nats>) -> (Self, watch::Receiver<Known>) {
        let (known, watched) = watch::channel(Known::default());
        let nodes = Nodes {
            db,
            hub,
            node,
            nats,
            nats_was_there: false,
            others: HashMap::new(),
            was_given_up: false,
            doubts: false,
            known,
        };
        (nodes, watched)
    }

    pub async fn run(mut self) {
        let mut beats = interval(BEAT);
        beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let hub = self.hub.clone();
        loop {
            tokio::select! {
                _ = beats.tick() => {}
                () = hub.met() => {}
                () = hub.closing() => {
                    let _ = with_task_timeout(self.leave()).await;
                    return;
                }
            }
            if let Err(error) = with_task_timeout(self.beat()).await {
                tracing::warn!(%error, "this node could not say that it lives");
            }
        }
    }

    /// Who was here comes back at another node: to the others they linger as if they had closed a page. What
    /// is still stored here is told to whoever is there, and by the database: a node that begins from now on
    /// isn't heard of here any more.
    async fn leave(&self) -> sqlx::Result<()> {
        self.hub.set_alone(false);
        self.hub.set_heard_by_nats(false);
        store::nodes::final_heartbeat(&self.db, self.node, LINGER).await
    }

    async fn beat(&mut self) -> sqlx::Result<()> {
        self.doubts |= self.hub.take_doubts();
        let nats_is_there = self.nats.as_ref().is_some_and(Nats::is_there);
        // One turn in the pool for all that is asked.
        let mut db = self.db.acquire().await?;
        // Not forgotten if the next question fails.
        self.was_given_up |= store::nodes::heartbeat(&mut *db, self.node, nats_is_there).await?;
        let others = store::nodes::other_nodes(&mut db, self.node).await?;
        drop(db);
        let was_alone = self.hub.is_alone();
        self.hub.set_alone(others.is_empty());
        self.hub.set_heard_by_nats(others.values().all(|hears| *hears));
        if nats_is_there != std::mem::replace(&mut self.nats_was_there, nats_is_there) {
            // The others see in its row how to tell this node.
            self.hub.publish(News::Hello);
        }
        // Who is gone may have stored what it told nobody. Who was given up wasn't told.
        self.doubts |= self.was_given_up || self.others.keys().any(|known| !others.contains_key(known));
        // Nor was who has lost NATS without our knowing.
        let went_deaf = others.iter().any(|(node, hears)| !hears && self.others.get(node) == Some(&true));
        if was_alone || self.was_given_up || went_deaf {
            self.hub.publish(News::Doubt);
        }
        self.was_given_up = false;
        self.others = others;
        let doubts = std::mem::take(&mut self.doubts);
        self.known.send_modify(|known| {
            known.others = self.others.keys().copied().collect();
            known.doubts += u64::from(doubts);
        });
        Ok(())
    }
}
