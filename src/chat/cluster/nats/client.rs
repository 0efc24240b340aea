//! The NATS client: connects, and publishes topic by topic.

use std::{collections::HashMap, fmt::Write as _, sync::Arc, time::Duration};

use anyhow::Context as _;
use async_nats::{Client, ConnectOptions, Event, ServerAddr, connection::State};
use tokio::{sync::mpsc, time::timeout};
use uuid::Uuid;

use crate::chat::{
    cluster::codec,
    live::event::{ClusterEvent, Topic},
};

/// A connection over which nothing comes for two of these is lost.
const PING_INTERVAL: Duration = Duration::from_secs(5);
/// How long NATS may take before we go on without it.
const NATS_TIMEOUT: Duration = Duration::from_secs(1);
/// Messages that one subscription may be behind; more are dropped, and the rows looked at instead.
const SUBSCRIPTION_BACKLOG: usize = 1024;

#[derive(Clone)]
pub struct Nats {
    pub client: Client,
    /// `haggle.<database>`
    prefix: Arc<str>,
}

/// Connects in the background: a NATS that isn't there yet stops nothing. Beside the client, what happens to
/// its connection.
pub async fn connect(
    servers: &[ServerAddr],
    database: &str,
) -> anyhow::Result<(Nats, mpsc::Receiver<Event>)> {
    let (sender, client_events) = mpsc::channel(64);
    let client = options(&servers[0])
        .name("haggle")
        .retry_on_initial_connect()
        .ping_interval(PING_INTERVAL)
        .subscription_capacity(SUBSCRIPTION_BACKLOG)
        .event_callback(move |event| {
            let sender = sender.clone();
            async move {
                let _ = sender.send(event).await;
            }
        })
        .connect(servers)
        .await?;
    Ok((Nats { client, prefix: format!("haggle.{database}").into() }, client_events))
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
    pub fn is_connected(&self) -> bool {
        self.client.connection_state() == State::Connected
    }

    /// Tells those who listen, topic by topic.
    pub async fn publish(&self, node: Uuid, events: &[&ClusterEvent]) -> anyhow::Result<()> {
        let mut topics: HashMap<Topic, Vec<&ClusterEvent>> = HashMap::new();
        for event in events {
            let inboxes = event.accounts().iter().map(|account| Topic::Inbox(*account));
            for topic in event.room().map(Topic::Room).into_iter().chain(inboxes) {
                topics.entry(topic).or_default().push(event);
            }
        }
        let publish = async {
            for (topic, events) in topics {
                for payload in codec::encode(node, events) {
                    self.client.publish(self.subject(topic), payload.into()).await?;
                }
            }
            anyhow::Ok(())
        };
        timeout(NATS_TIMEOUT, publish).await.context("NATS takes too long")?
    }

    pub fn subject(&self, topic: Topic) -> String {
        let mut subject = self.prefix.to_string();
        let _ = match topic {
            Topic::Room(room) => write!(subject, ".room.{room}"),
            Topic::Inbox(account) => write!(subject, ".inbox.{account}"),
        };
        subject
    }

    pub fn node_subject(&self, node: Uuid) -> String {
        format!("{}.node.{node}", self.prefix)
    }
}
