//! What is listened to on this node, for a transport that subscribes to no more than that (NATS).

use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};

use tokio::{
    sync::{mpsc, oneshot},
    time::timeout,
};

use super::{event::Topic, queue::MAX_QUEUED};

/// A transport that takes longer is not waited for; reconciliation stands in.
const SUBSCRIBE_TIMEOUT: Duration = Duration::from_secs(1);

/// Somebody begins to listen, or may have been the last who did. The sender is dropped when that is done.
pub type SubscriptionRequest = (Topic, Option<oneshot::Sender<()>>);

#[derive(Clone, Default)]
pub struct Subscriptions(Arc<OnceLock<mpsc::Sender<SubscriptionRequest>>>);

impl Subscriptions {
    /// Gives the requests, from now on, to the transport. Without one everything is heard anyway.
    pub fn requests(&self) -> mpsc::Receiver<SubscriptionRequest> {
        let (sender, requests) = mpsc::channel(MAX_QUEUED);
        let _ = self.0.set(sender);
        requests
    }

    /// Subscribes to the topic and waits, at most 1 s, until all that the other nodes publish on it is
    /// heard here. Call it after the local subscription exists, or events in between are lost.
    pub async fn subscribe(&self, topic: Topic) {
        if let Some(requests) = self.0.get() {
            let (done, subscribed) = oneshot::channel();
            if requests.try_send((topic, Some(done))).is_ok() {
                let _ = timeout(SUBSCRIBE_TIMEOUT, subscribed).await;
            }
        }
    }

    /// Nobody may be listening any longer.
    pub fn release(&self, topic: Topic) {
        if let Some(requests) = self.0.get() {
            // A full queue costs nothing: all subscriptions are compared now and then.
            let _ = requests.try_send((topic, None));
        }
    }
}
