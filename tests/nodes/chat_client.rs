//! One person in one room who does what the page does: comes back after every loss, asks for what was
//! missed, sends again what wasn't acknowledged, and shows every entry once, in order.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use serde_json::{Value, json};
use tokio::{
    sync::watch,
    time::{Instant, sleep, sleep_until, timeout},
};
use uuid::Uuid;

use crate::support::{Person, Socket};

/// Between two messages: below what one account may write, in two rooms.
const PACE: Duration = Duration::from_millis(220);
/// Messages on their way at a time.
const MAX_IN_FLIGHT: usize = 3;
/// What isn't acknowledged by then makes it doubt the connection.
const GIVE_UP: Duration = Duration::from_secs(6);
/// After "not just now".
const LATER: Duration = Duration::from_millis(400);

pub struct ChatClient {
    /// The same browser, led to each of the nodes in turn.
    tabs: Vec<Person>,
    room: String,
    /// How many messages each side writes.
    quota: usize,
    written: usize,
    outbox: Vec<(Uuid, String)>,
    /// What the page shows, in its order.
    pub shown: Vec<Value>,
    held: BTreeMap<i64, Value>,
    send_at: Instant,
    doubt_at: Instant,
    acknowledged: Arc<watch::Sender<usize>>,
}

impl ChatClient {
    pub fn new(
        tabs: Vec<Person>,
        room: String,
        quota: usize,
        acknowledged: Arc<watch::Sender<usize>>,
    ) -> Self {
        Self {
            tabs,
            room,
            quota,
            written: 0,
            outbox: Vec::new(),
            shown: Vec::new(),
            held: BTreeMap::new(),
            send_at: Instant::now(),
            doubt_at: Instant::now(),
            acknowledged,
        }
    }

    /// Until everything of both sides is written, acknowledged and shown.
    pub async fn run(mut self) -> Self {
        let mut losses = 0;
        while !self.is_done() {
            let tab = self.tabs[losses % self.tabs.len()].clone();
            let path = format!("/ws/{}", self.room);
            let dial = timeout(Duration::from_secs(10), tab.dial(&path, None)).await;
            if let Ok(Ok(mut socket)) = dial {
                self.talk(&tab, &mut socket).await;
            }
            losses += 1;
            // With jitter, so that not all come back at the same moment.
            let step = 100 << losses.min(4);
            sleep(Duration::from_millis(rand::random_range(step / 2..step))).await;
        }
        self
    }

    fn is_done(&self) -> bool {
        self.written == self.quota && self.outbox.is_empty() && self.shown.len() >= 2 * self.quota
    }

    /// As long as the connection lasts and nothing makes it doubtful.
    async fn talk(&mut self, tab: &Person, socket: &mut Socket) {
        self.doubt_at = Instant::now() + GIVE_UP;
        while !self.is_done() {
            let may_write = self.written < self.quota && self.outbox.len() < MAX_IN_FLIGHT;
            let goes_on = tokio::select! {
                frame = socket.next() => match frame {
                    Ok(frame) => self.hear(frame, tab, socket).await,
                    Err(_) => false,
                },
                () = sleep_until(self.send_at), if may_write => self.write(socket).await,
                () = sleep_until(self.doubt_at), if !self.outbox.is_empty() => false,
            };
            if !goes_on {
                return;
            }
        }
    }

    async fn write(&mut self, socket: &mut Socket) -> bool {
        if self.outbox.is_empty() {
            self.doubt_at = Instant::now() + GIVE_UP;
        }
        self.send_at = Instant::now() + PACE;
        self.written += 1;
        let (id, body) = (Uuid::new_v4(), format!("{} {}", self.tabs[0].name, self.written));
        self.outbox.push((id, body.clone()));
        socket.try_send(json!({ "type": "send", "client_id": id, "body": body })).await
    }

    /// Everything that isn't acknowledged, in the order of writing.
    async fn flush(&mut self, socket: &mut Socket) -> bool {
        for (id, body) in &self.outbox {
            if !socket.try_send(json!({ "type": "send", "client_id": id, "body": body })).await {
                return false;
            }
        }
        true
    }

    async fn hear(&mut self, frame: Value, tab: &Person, socket: &mut Socket) -> bool {
        match frame["type"].as_str().unwrap_or_default() {
            "hello" => {
                let whole = frame["last_seq"].as_i64().unwrap() <= self.last() || self.catch_up(tab).await;
                whole && self.flush(socket).await
            }
            "message" => {
                self.take(frame);
                let whole = self.held.is_empty() || self.catch_up(tab).await;
                // Not always, so that something is unread at the end.
                let reads = self.last() % 3 == 0;
                whole && (!reads || socket.try_send(json!({ "type": "read", "seq": self.last() })).await)
            }
            "resync" => self.catch_up(tab).await,
            "error" => {
                let code = frame["code"].as_str().unwrap().to_owned();
                assert!(["unavailable", "rate_limited"].contains(&&*code), "{frame}");
                sleep(LATER).await;
                self.flush(socket).await
            }
            _ => true,
        }
    }

    fn last(&self) -> i64 {
        self.shown.len() as i64
    }

    /// False if the server can't be asked just now.
    async fn catch_up(&mut self, tab: &Person) -> bool {
        loop {
            let path = format!("/rooms/{}/messages?limit=100&after={}", self.room, self.last());
            let Some(page) = tab.try_get_json(&path).await else { return false };
            for entry in page["entries"].as_array().unwrap() {
                self.take(entry.clone());
            }
            if page["more"] == false {
                return true;
            }
        }
    }

    fn take(&mut self, mut entry: Value) {
        entry.as_object_mut().unwrap().remove("type");
        let before = self.outbox.len();
        self.outbox.retain(|(id, _)| entry["client_id"] != id.to_string());
        if self.outbox.len() < before {
            self.doubt_at = Instant::now() + GIVE_UP;
            self.acknowledged.send_modify(|count| *count += 1);
        }
        let seq = entry["seq"].as_i64().unwrap();
        if seq > self.last() {
            self.held.insert(seq, entry);
        }
        while let Some(next) = self.held.remove(&(self.last() + 1)) {
            self.shown.push(next);
        }
    }
}
