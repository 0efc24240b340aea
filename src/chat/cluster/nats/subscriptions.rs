//! Keeps this node's NATS subscriptions what its listeners need: subscribe, release, and a barrier that says
//! when a new subscription is heard.

use std::{collections::HashMap, time::Duration};

use async_nats::{Event, SubscribeError, Subscriber};
use futures_util::StreamExt as _;
use tokio::{
    sync::mpsc,
    time::{MissedTickBehavior, interval, timeout},
};
use tokio_util::task::AbortOnDropHandle;

use super::client::Nats;
use crate::chat::{
    cluster::{
        apply::{apply_room_event, apply_to_inboxes},
        codec,
        parts::ClusterParts,
    },
    live::{
        event::{ClusterEvent, Topic},
        subscriptions::SubscriptionRequest,
    },
};

/// How often the subscriptions are compared with what is listened to.
const SYNC_INTERVAL: Duration = Duration::from_secs(10);
/// How long a new subscription is waited for.
const BARRIER_TIMEOUT: Duration = Duration::from_secs(1);
/// Topics in one step.
const MAX_BATCH_TOPICS: usize = 1024;

/// Keeps the subscriptions what they should be.
pub struct SubscriptionSync {
    nats: Nats,
    parts: ClusterParts,
    /// Each with the task that hears it.
    subscribed: HashMap<Topic, AbortOnDropHandle<()>>,
    /// What this node tells itself.
    loopback: Subscriber,
    barrier_id: u64,
    /// NATS is known to be away; said once.
    is_disconnected: bool,
}

impl SubscriptionSync {
    /// Subscribes to what this node publishes to itself, for barriers.
    pub async fn start(nats: Nats, parts: ClusterParts) -> Result<Self, SubscribeError> {
        let loopback = nats.client.subscribe(nats.node_subject(parts.node)).await?;
        Ok(SubscriptionSync {
            nats,
            parts,
            subscribed: HashMap::new(),
            loopback,
            barrier_id: 0,
            is_disconnected: false,
        })
    }

    pub async fn run(
        mut self,
        requests: &mut mpsc::Receiver<SubscriptionRequest>,
        client_events: &mut mpsc::Receiver<Event>,
    ) {
        let mut sweeps = interval(SYNC_INTERVAL);
        sweeps.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut batch = Vec::new();
        let shutdown = self.parts.shutdown.clone();
        loop {
            tokio::select! {
                _ = requests.recv_many(&mut batch, MAX_BATCH_TOPICS) => {
                    self.sync(batch.iter().map(|(topic, _)| *topic)).await;
                    // Whoever waits learns of it.
                    batch.clear();
                }
                Some(event) = client_events.recv() => self.on_client_event(event).await,
                _ = sweeps.tick() => self.sync_all().await,
                () = shutdown.requested() => return,
            }
        }
    }

    async fn on_client_event(&mut self, event: Event) {
        match event {
            Event::Connected => {
                self.is_disconnected = false;
                tracing::info!("nats connected");
                self.sync_all().await;
                // What was told while the connection was lost, to us and by us.
                self.parts.staleness.mark_stale();
                self.parts.staleness.wake();
                self.parts.outlet.publish(ClusterEvent::Stale);
            }
            Event::Disconnected | Event::ClientError(_) if !self.is_disconnected => {
                self.is_disconnected = true;
                tracing::warn!(%event, "nats disconnected, falling back to postgres");
                // The others have to know, and may not have had the last that this node told.
                self.parts.staleness.wake();
                self.parts.outlet.publish(ClusterEvent::Stale);
            }
            // What was dropped may have been about an inbox. At the next beat: until then there may be more.
            Event::SlowConsumer(_) => self.parts.staleness.mark_stale(),
            _ => {}
        }
    }

    async fn sync_all(&mut self) {
        let mut topics: Vec<Topic> = self.parts.rooms.keys().into_iter().map(Topic::Room).collect();
        topics.extend(self.parts.inboxes.accounts().into_iter().map(Topic::Inbox));
        topics.extend(self.subscribed.keys());
        self.sync(topics.into_iter()).await;
    }

    fn is_wanted(&self, topic: Topic) -> bool {
        match topic {
            Topic::Room(key) => self.parts.rooms.contains(key),
            Topic::Inbox(account) => self.parts.inboxes.contains(account),
        }
    }

    /// Subscribes to what is listened to, and leaves what isn't.
    async fn sync(&mut self, topics: impl Iterator<Item = Topic>) {
        // Commands wait in a queue of bounded length for a connection that is lost.
        if !self.nats.is_connected() {
            return;
        }
        let mut new = false;
        for topic in topics {
            // One whose task has ended, by a panic, is subscribed anew.
            let is_subscribed = self.subscribed.get(&topic).is_some_and(|task| !task.is_finished());
            match (self.is_wanted(topic), is_subscribed) {
                (true, false) => {
                    let Ok(told) = self.nats.client.subscribe(self.nats.subject(topic)).await else { return };
                    let receiving = tokio::spawn(receive_all(told, topic, self.parts.clone()));
                    self.subscribed.insert(topic, AbortOnDropHandle::new(receiving));
                    new = true;
                }
                (false, true) => {
                    self.subscribed.remove(&topic);
                }
                _ => {}
            }
        }
        if new {
            self.barrier().await;
        }
    }

    /// A server handles what it is sent in order: once it sends us our own mark, all that we subscribed to
    /// before is heard.
    async fn barrier(&mut self) {
        self.barrier_id += 1;
        let barrier = self.barrier_id.to_string();
        let subject = self.nats.node_subject(self.parts.node);
        let echoed = async {
            if self.nats.client.publish(subject, barrier.clone().into()).await.is_ok() {
                while self.loopback.next().await.is_some_and(|told| told.payload != barrier) {}
            }
        };
        let _ = timeout(BARRIER_TIMEOUT, echoed).await;
    }
}

async fn receive_all(mut messages: Subscriber, topic: Topic, parts: ClusterParts) {
    while let Some(message) = messages.next().await {
        let payload = std::str::from_utf8(&message.payload).unwrap_or_default();
        let Some((from, events)) = codec::decode(payload) else { continue };
        if from == parts.node {
            continue;
        }
        for event in events {
            match (topic, event.room()) {
                (Topic::Room(here), Some(room)) if room == here => {
                    apply_room_event(&parts.rooms, from, &event)
                }
                (Topic::Inbox(account), _) => apply_to_inboxes(&parts.inboxes, &event, &[account]),
                _ => {}
            }
        }
    }
}
