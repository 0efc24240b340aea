//! Publish/subscribe by account: open pages hear that somebody's notices changed, on whichever node they were recorded.
//!
//! Notify, then fetch: a notification carries ids only, sent by PostgreSQL at the commit. A connection that was lost
//! may have missed some, so all subscribers ask anew. Invariant: accounts that nobody listens to take no memory.

use std::{sync::Arc, time::Duration};

use dashmap::DashMap;
use sqlx::PgPool;
use tokio::{sync::watch, time::sleep};

use super::store::notices::CHANNEL;
use crate::{
    db,
    jobs::{Policy, Supervisor},
};

/// Until the lost connection is made anew.
const LISTEN_RETRY_DELAY: Duration = Duration::from_secs(5);

#[derive(Clone, Default)]
pub struct Bell {
    accounts: Arc<DashMap<i64, watch::Sender<()>>>,
}

impl Bell {
    /// Starts to listen, for as long as the program runs.
    pub fn start(&self, db: &PgPool, supervisor: &Supervisor) {
        let (bell, db) = (self.clone(), db.clone());
        supervisor.spawn("notices.bell", Policy::Background, move || bell.clone().listen(db.clone()));
    }

    pub fn subscribe(&self, account_id: i64) -> BellSubscription {
        let sender = self.accounts.entry(account_id).or_insert_with(|| watch::Sender::new(()));
        BellSubscription { bell: self.clone(), account_id, changes: Some(sender.subscribe()) }
    }

    async fn listen(self, db: PgPool) {
        loop {
            if let Err(error) = self.receive(&db).await {
                tracing::warn!(%error, "notices listener failed");
            }
            sleep(LISTEN_RETRY_DELAY).await;
        }
    }

    /// Until the connection is lost.
    async fn receive(&self, db: &PgPool) -> sqlx::Result<()> {
        let mut listener = db::listen(db, CHANNEL).await?;
        self.changed_all();
        while let Some(notification) = listener.try_recv().await? {
            for account in notification.payload().split(',').filter_map(|id| id.parse().ok()) {
                self.changed(account);
            }
        }
        Ok(())
    }

    fn changed(&self, account_id: i64) {
        if let Some(sender) = self.accounts.get(&account_id) {
            sender.send_replace(());
        }
    }

    fn changed_all(&self) {
        for sender in self.accounts.iter() {
            sender.send_replace(());
        }
    }
}

/// One connection's subscription; dropping it ends it.
pub struct BellSubscription {
    bell: Bell,
    account_id: i64,
    /// None only while it is dropped.
    changes: Option<watch::Receiver<()>>,
}

impl BellSubscription {
    /// Resolves when this person's notices have changed since the last call; several changes are one.
    pub async fn changed(&mut self) {
        if let Some(changes) = &mut self.changes
            && changes.changed().await.is_ok()
        {
            return;
        }
        std::future::pending().await
    }
}

impl Drop for BellSubscription {
    fn drop(&mut self) {
        // Our own receiver first: of two that are dropped together, whichever comes last sees none left.
        self.changes = None;
        self.bell.accounts.remove_if(&self.account_id, |_, sender| sender.receiver_count() == 0);
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    #[test]
    fn changes_are_told_to_those_they_concern_and_nobody_stays_behind() {
        let bell = Bell::default();
        let (mut ana, mut bo) = (bell.subscribe(1), bell.subscribe(2));
        assert!(ana.changed().now_or_never().is_none(), "nothing has changed yet");
        bell.changed(1);
        bell.changed(1);
        bell.changed(3);
        assert!(ana.changed().now_or_never().is_some());
        assert!(ana.changed().now_or_never().is_none(), "twice is once");
        assert!(bo.changed().now_or_never().is_none());
        bell.changed_all();
        assert!(bo.changed().now_or_never().is_some());
        drop((ana, bo));
        assert!(bell.accounts.is_empty());
    }
}
