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

use std::{collections::HashMap, fmt::Write as _, sync::Arc, time::Duration};

use anyhow::Context as _;
use async_nats::{Client, ConnectOptions, Event, ServerAddr, Subscriber, connection::State};
use futures_util::StreamExt as _;
use tokio::{
    sync::mpsc,
    time::{MissedTickBehavior, interval, timeout},
};
use tokio_util::task::AbortOnDropHandle;
use uuid::Uuid;

use crate::chat::{
    Hub,
    backplane::{News, hear_in_room, outbox},
    hub::{Topic, Tuned},
};

/// A connection over which nothing comes for two of these is lost.
const PING: Duration = Duration::from_secs(5);
/// How long NATS may take before we go on without it.
const PATIENCE: Duration = Duration::from_secs(1);
/// How often the subscriptions are compared with what is listened to.
const SWEEP: Duration = Duration::from_secs(10);
/// Messages that one subscription may be behind; more are dropped, and the rows looked at instead.
const BACKLOG: usize = 1024;
/// Topics seen to at a time.
const BATCH: usize = 1024;

#[derive(Clone)]
pub struct Nats {
    client: Client,
    /// `haggle.<database>`
    prefix: Arc<str>,
}

/// Connects in the background: a NATS that isn't there yet stops nothing.
pub async fn start(servers: &[ServerAddr], database: &str, hub: &Hub, node: Uuid) -> anyhow::Result<Nats> {
    let (tell, happened) = mpsc::channel(64);
    let client = options(&servers[0])
        .name("haggle")
        .retry_on_initial_connect()
        .ping_interval(PING)
        .subscription_capacity(BACKLOG)
        .event_callback(move |event| {
            let tell = tell.clone();
            async move {
                let _ = tell.send(event).await;
            }
        })
        .connect(servers)
        .await?;
    let nats = Nats { client, prefix: format!("haggle.{database}").into() };
    let echo = nats.client.subscribe(nats.node_subject(node)).await?;
    let listening = Listening {
        nats: nats.clone(),
        hub: hub.clone(),
        node,
        subscribed: HashMap::new(),
        echo,
        marks: 0,
        away: false,
    };
    tokio::spawn(listening.run(hub.tuned(), happened));
    Ok(nats)
}

/// With the first server's user and password, or token, which NATS doesn't read out of addresses.
fn options(server: &ServerAddr) -> ConnectOptions {
    let decoded = |text: &str| percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned();
    match (server.username(), server.password()) {
        (Some(user), Some(password)) => {
            ConnectOptions::with_user_and_password(decoded(user), decoded(password))
        }
        (Some(token), None) => ConnectOptions::with_token(decoded(token)),
        (None, _) => ConnectOptions::new(),
    }
}

impl Nats {
    pub fn is_there(&self) -> bool {
        self.client.connection_state() == State::Connected
    }

    /// Tells those who listen, topic by topic.
    pub async fn tell(&self, node: Uuid, batch: &[&News]) -> anyhow::Result<()> {
        let mut topics: HashMap<Topic, Vec<&News>> = HashMap::new();
        for news in batch {
            let inboxes = news.accounts().iter().map(|account| Topic::Inbox(*account));
            for topic in news.room().map(Topic::Room).into_iter().chain(inboxes) {
                topics.entry(topic).or_default().push(news);
            }
        }
        let publish = async {
            for (topic, news) in topics {
                for payload in outbox::payloads(node, news) {
                    self.client.publish(self.subject(topic), payload.into()).await?;
                }
            }
            anyhow::Ok(())
        };
        timeout(PATIENCE, publish).await.context("NATS takes too long")?
    }

    fn subject(&self, topic: Topic) -> String {
        let mut subject = self.prefix.to_string();
        let _ = match topic {
            Topic::Room(room) => write!(subject, ".room.{room}"),
            Topic::Inbox(account) => write!(subject, ".inbox.{account}"),
        };
        subject
    }

    fn node_subject(&self, node: Uuid) -> String {
        format!("{}.node.{node}", self.prefix)
    }
}

/// Keeps the subscriptions what they should be.
struct Listening {
    nats: Nats,
    hub: Hub,
    node: Uuid,
    /// Each with the task that hears it.
    subscribed: HashMap<Topic, AbortOnDropHandle<()>>,
    /// What this node tells itself.
    echo: Subscriber,
    marks: u64,
    /// NATS is known to be away; said once.
    away: bool,
}

impl Listening {
    async fn run(mut self, mut tuned: mpsc::Receiver<Tuned>, mut happened: mpsc::Receiver<Event>) {
        let mut sweeps = interval(SWEEP);
        sweeps.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut batch = Vec::new();
        let hub = self.hub.clone();
        loop {
            tokio::select! {
                _ = tuned.recv_many(&mut batch, BATCH) => {
                    self.see_to(batch.iter().map(|(topic, _)| *topic)).await;
                    // Whoever waits learns of it.
                    batch.clear();
                }
                Some(event) = happened.recv() => self.hear_of(event).await,
                _ = sweeps.tick() => self.see_to_all().await,
                () = hub.closing() => return,
            }
        }
    }

    async fn hear_of(&mut self, event: Event) {
        match event {
            Event::Connected => {
                self.away = false;
                tracing::info!("nodes tell each other by NATS");
                self.see_to_all().await;
                // What was told while the connection was lost, to us and by us.
                self.hub.doubt();
                self.hub.meet();
                self.hub.publish(News::Doubt);
            }
            Event::Disconnected | Event::ClientError(_) if !self.away => {
                self.away = true;
                tracing::warn!(%event, "NATS is away; nodes tell each other by the database until it is back");
                // The others have to know, and may not have had the last that this node told.
                self.hub.meet();
                self.hub.publish(News::Doubt);
            }
            // What was dropped may have been about an inbox. At the next beat: until then there may be more.
            Event::SlowConsumer(_) => self.hub.doubt(),
            _ => {}
        }
    }

    async fn see_to_all(&mut self) {
        let mut topics = self.hub.topics();
        topics.extend(self.subscribed.keys());
        self.see_to(topics.into_iter()).await;
    }

    /// Subscribes to what is listened to, and leaves what isn't.
    async fn see_to(&mut self, topics: impl Iterator<Item = Topic>) {
        // Commands wait in a queue of bounded length for a connection that is lost.
        if !self.nats.is_there() {
            return;
        }
        let mut new = false;
        for topic in topics {
            match (self.hub.listens(topic), self.subscribed.contains_key(&topic)) {
                (true, false) => {
                    let Ok(told) = self.nats.client.subscribe(self.nats.subject(topic)).await else { return };
                    let heard = tokio::spawn(hear_all(told, topic, self.hub.clone(), self.node));
                    self.subscribed.insert(topic, AbortOnDropHandle::new(heard));
                    new = true;
                }
                (false, true) => {
                    self.subscribed.remove(&topic);
                }
                _ => {}
            }
        }
        if new {
            self.wait_for_echo().await;
        }
    }

    /// A server handles what it is sent in order: once it sends us our own mark, all that we subscribed to
    /// before is heard.
    async fn wait_for_echo(&mut self) {
        self.marks += 1;
        let mark = self.marks.to_string();
        let subject = self.nats.node_subject(self.node);
        let echoed = async {
            if self.nats.client.publish(subject, mark.clone().into()).await.is_ok() {
                while self.echo.next().await.is_some_and(|told| told.payload != mark) {}
            }
        };
        let _ = timeout(PATIENCE, echoed).await;
    }
}

async fn hear_all(mut told: Subscriber, topic: Topic, hub: Hub, node: Uuid) {
    while let Some(message) = told.next().await {
        let payload = std::str::from_utf8(&message.payload).unwrap_or_default();
        let Some((from, news)) = outbox::read(payload) else { continue };
        if from == node {
            continue;
        }
        for news in news {
            match (topic, news.room()) {
                (Topic::Room(here), Some(room)) if room == here => hear_in_room(&hub, from, &news),
                (Topic::Inbox(account), Some(room)) => hub.tell_people_here(room, &[account]),
                _ => {}
            }
        }
    }
}
