//! Inbox registry: who on this node listens to their own inbox, a broadcast channel per account.

use std::sync::Arc;

use dashmap::DashMap;
use tokio::sync::broadcast::{
    self,
    error::{RecvError, TryRecvError},
};

use super::{
    event::{InboxEvent, Topic},
    subscriptions::Subscriptions,
};
use crate::chat::domain::{room_key::RoomKey, side::Side};

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
        InboxSubscription { inboxes: self.clone(), account, events: Some(inbox.subscribe()) }
    }

    /// Tells these people's inboxes that something changed in a room.
    pub fn notify(&self, room: RoomKey, accounts: &[i64]) {
        for account in accounts {
            if let Some(inbox) = self.inboxes.get(account) {
                let _ = inbox.send(InboxEvent::RoomChanged(room));
            }
        }
    }

    /// Tells both people's inboxes of an entry. `accounts`: the buyer's and the seller's; `from`: whose entry it
    /// is, where that is known.
    pub fn notify_entry(&self, room: RoomKey, accounts: [i64; 2], from: Option<Side>) {
        for (account, side) in accounts.into_iter().zip([Side::Buyer, Side::Seller]) {
            match from == Some(side) {
                true => self.notify_own_message(room, account),
                false => self.notify(room, &[account]),
            }
        }
    }

    pub fn notify_own_message(&self, room: RoomKey, account: i64) {
        if let Some(inbox) = self.inboxes.get(&account) {
            let _ = inbox.send(InboxEvent::OwnMessage(room));
        }
    }

    /// Makes every inbox socket greet its page anew, each in its time: what they were to be told is lost.
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
    /// None only while it is dropped.
    events: Option<broadcast::Receiver<InboxEvent>>,
}

impl InboxSubscription {
    pub async fn recv(&mut self) -> Result<InboxEvent, RecvError> {
        match &mut self.events {
            Some(events) => events.recv().await,
            None => Err(RecvError::Closed),
        }
    }

    /// What is there already.
    pub fn try_recv(&mut self) -> Result<InboxEvent, TryRecvError> {
        self.events.as_mut().map_or(Err(TryRecvError::Closed), broadcast::Receiver::try_recv)
    }
}

impl Drop for InboxSubscription {
    fn drop(&mut self) {
        // Our own receiver first: of two that are dropped together, whichever comes last sees none left.
        self.events = None;
        self.inboxes.inboxes.remove_if(&self.account, |_, inbox| inbox.receiver_count() == 0);
        self.inboxes.subscriptions.release(Topic::Inbox(self.account));
    }
}

#[cfg(test)]
mod tests {
    use std::{sync::Barrier, thread};

    use super::*;

    #[test]
    fn two_subscriptions_dropped_together_leave_nothing_behind() {
        let inboxes = Inboxes::new(&Subscriptions::default());
        for account in 0..2_000 {
            let together = Barrier::new(2);
            let pair = [inboxes.subscribe(account), inboxes.subscribe(account)];
            thread::scope(|scope| {
                for subscription in pair {
                    scope.spawn(|| {
                        together.wait();
                        drop(subscription);
                    });
                }
            });
        }
        assert_eq!(inboxes.accounts(), [0; 0]);
    }
}
