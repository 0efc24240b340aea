//! What is listened to on this node, for a backplane that subscribes to no more than that.

use std::time::Duration;

use tokio::{
    sync::{mpsc, oneshot},
    time::timeout,
};

use crate::chat::{
    domain::room_key::RoomKey,
    hub::{Hub, WAITING},
};

/// A backplane that takes longer is not waited for; the look at the rows stands in.
const PATIENCE: Duration = Duration::from_secs(1);

/// What can be listened to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Topic {
    Room(RoomKey),
    /// An account's.
    Inbox(i64),
}

/// Somebody begins to listen, or may be the last who ceased. The sender is dropped when it was seen to.
pub type Tuned = (Topic, Option<oneshot::Sender<()>>);
pub(super) type Tuner = mpsc::Sender<Tuned>;

impl Hub {
    /// Gives the topics, from now on, to whoever subscribes to them.
    pub fn tuned(&self) -> mpsc::Receiver<Tuned> {
        let (tuner, tuned) = mpsc::channel(WAITING);
        let _ = self.0.tuner.set(tuner);
        tuned
    }

    /// Resolves when all that the other nodes tell about this is heard here. Listen first.
    pub async fn tune(&self, topic: Topic) {
        if let Some(tuner) = self.0.tuner.get() {
            let (done, seen_to) = oneshot::channel();
            if tuner.try_send((topic, Some(done))).is_ok() {
                let _ = timeout(PATIENCE, seen_to).await;
            }
        }
    }

    /// Nobody may be listening any longer.
    pub(super) fn retune(&self, topic: Topic) {
        if let Some(tuner) = self.0.tuner.get() {
            // A full queue is no loss: all topics are looked through now and then.
            let _ = tuner.try_send((topic, None));
        }
    }

    pub fn listens(&self, topic: Topic) -> bool {
        match topic {
            Topic::Room(key) => self.0.rooms.contains_key(&key),
            Topic::Inbox(account) => self.0.people.contains_key(&account),
        }
    }

    /// Everything that somebody here listens to.
    pub fn topics(&self) -> Vec<Topic> {
        let rooms = self.0.rooms.iter().map(|room| Topic::Room(*room.key()));
        rooms.chain(self.0.people.iter().map(|inbox| Topic::Inbox(*inbox.key()))).collect()
    }
}
