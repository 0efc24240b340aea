//! Inbox registry: who on this node listens to their own inbox, a broadcast channel per account.

use std::sync::Arc;

use dashmap::DashMap;
use tokio::sync::broadcast;

use super::{
    event::{InboxEvent, Topic},
    subscriptions::Subscriptions,
};
use crate::chat::domain::room_key::RoomKey;

/// How many events an inbox may be behind before its page has to ask again.
const INBOX_BACKLOG: usize = 64;

#[derive(Clone)]
pub struct Inboxes {
    inboxes: Arc<DashMap<i64, broadcast::Sender<InboxEvent>>>,
    subscriptions: Subscriptions,
}

impl Inboxes {
    pub fn new(subscriptions: &Subscriptions) -> Self {
        Inboxes { inboxes: Arc::default(), subscriptions: subscriptions.clone() }
    }

    /// Listens for changes in any of this person's rooms.
    pub fn subscribe(&self, account: i64) -> InboxSubscription {
        let inbox = self.inboxes.entry(account).or_insert_with(|| broadcast::Sender::new(INBOX_BACKLOG));
        InboxSubscription { inboxes: self.clone(), account, events: inbox.subscribe() }
    }

    /// Tells these people's inboxes that something changed in a room.
    pub fn notify(&self, room: RoomKey, accounts: &[i64]) {
        for account in accounts {
            if let Some(inbox) = self.inboxes.get(account) {
                let _ = inbox.send(InboxEvent::RoomChanged(room));
            }
        }
    }

    /// Makes every inbox socket start anew: what they were to be told is lost.
    pub fn resync_all(&self) {
        for inbox in self.inboxes.iter() {
            let _ = inbox.send(InboxEvent::Resync);
        }
    }

    pub fn contains(&self, account: i64) -> bool {
        self.inboxes.contains_key(&account)
    }

    pub fn accounts(&self) -> Vec<i64> {
        self.inboxes.iter().map(|inbox| *inbox.key()).collect()
    }
}

/// One socket's place at its own inbox.
pub struct InboxSubscription {
    inboxes: Inboxes,
    account: i64,
    pub events: broadcast::Receiver<InboxEvent>,
}

impl Drop for InboxSubscription {
    fn drop(&mut self) {
        // Our own receiver still counts: one left means nobody else.
        self.inboxes.inboxes.remove_if(&self.account, |_, inbox| inbox.receiver_count() <= 1);
        self.inboxes.subscriptions.release(Topic::Inbox(self.account));
    }
}
