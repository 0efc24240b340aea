//! What this node tells the others: collected while the last is on its way, after the commit, in as few
//! payloads as it fits into.

use std::{collections::HashMap, time::Duration};

use sqlx::PgPool;
use tokio::{sync::mpsc, time::timeout};
use uuid::Uuid;

use crate::{
    chat::{
        Hub,
        backplane::{News, nats::Nats},
        store,
    },
    web::with_task_timeout,
};

/// News in one statement.
const BATCH: usize = 1024;
/// What could not be told is tried again after this.
const RETRY: Duration = Duration::from_secs(1);
/// PostgreSQL takes less than 8,000 bytes.
const PAYLOAD: usize = 7_900;

pub struct Outbox {
    pub db: PgPool,
    pub nats: Option<Nats>,
    pub hub: Hub,
    pub node: Uuid,
}

impl Outbox {
    pub async fn run(self, mut news: mpsc::Receiver<News>) {
        let mut batch = Vec::new();
        loop {
            let is_retry = !batch.is_empty();
            let more = news.recv_many(&mut batch, BATCH);
            if is_retry {
                let _ = timeout(RETRY, more).await;
            } else if more.await == 0 {
                return;
            }
            if self.hub.take_untold() {
                batch.push(News::Doubt);
            }
            if let Err(error) = self.tell(&batch).await {
                tracing::warn!(%error, alone = self.hub.is_alone(), "the other nodes were not told");
                // In place of all that: they have to look by themselves.
                batch = vec![News::Doubt];
            } else {
                batch.clear();
            }
        }
    }

    /// Who hears of a presence, or doubts, may look at the rows of presences next, so these are written
    /// before it is told. The rest stands in its rows already and waits for nothing.
    async fn tell(&self, batch: &[News]) -> anyhow::Result<()> {
        let (who, rest): (Vec<_>, Vec<_>) =
            batch.iter().partition(|news| matches!(news, News::Presence { .. } | News::Doubt));
        self.spread(&rest).await?;
        if who.is_empty() {
            return Ok(());
        }
        // The others are told all the same, and once more when it could be written down.
        let noted = with_task_timeout(self.note_presences(&who)).await;
        self.spread(&who).await?;
        Ok(noted?)
    }

    async fn spread(&self, news: &[&News]) -> anyhow::Result<()> {
        let nats = self.nats.as_ref().filter(|nats| nats.is_there() && self.hub.is_heard_by_nats());
        let (by_nats, by_database): (Vec<_>, Vec<_>) =
            news.iter().copied().partition(|news| nats.is_some() && news.room().is_some());
        let told = match nats {
            Some(nats) => nats.tell(self.node, &by_nats).await,
            None => Ok(()),
        };
        if !by_database.is_empty() {
            with_task_timeout(store::nodes::notify(&self.db, &payloads(self.node, by_database))).await?;
        }
        told
    }

    /// Only here, one batch after the other: what is written last is what is so.
    async fn note_presences(&self, who: &[&News]) -> sqlx::Result<()> {
        if who.contains(&&News::Doubt) {
            return store::presences::replace_presences(&self.db, self.node, &self.hub.here()).await;
        }
        // Who came and went meanwhile is written down as they are at last.
        let last: HashMap<_, _> = who
            .iter()
            .filter_map(|news| match news {
                News::Presence { r, who, on } => Some(((*r, *who), *on)),
                _ => None,
            })
            .collect();
        store::presences::update_presences(&self.db, self.node, &last).await
    }
}

/// Makes the nodes that are there look who is new.
pub async fn say_hello(db: &PgPool, node: Uuid) -> sqlx::Result<()> {
    store::nodes::notify(db, &payloads(node, &[News::Hello])).await
}

/// `<node>` and a line of JSON for each.
pub fn payloads<'a>(node: Uuid, batch: impl IntoIterator<Item = &'a News>) -> Vec<String> {
    let head = node.to_string();
    let mut payloads = Vec::new();
    let mut payload = head.clone();
    for line in batch.into_iter().filter_map(|news| serde_json::to_string(news).ok()) {
        if payload.len() + 1 + line.len() > PAYLOAD {
            payloads.push(std::mem::replace(&mut payload, head.clone()));
        }
        payload.push('\n');
        payload.push_str(&line);
    }
    payloads.push(payload);
    payloads
}

/// What [`payloads`] wrote. Lines of a newer version that aren't understood are left out.
pub fn read(payload: &str) -> Option<(Uuid, impl Iterator<Item = News>)> {
    let mut lines = payload.lines();
    let node = lines.next()?.parse().ok()?;
    Some((node, lines.filter_map(|line| serde_json::from_str(line).ok())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        accounts::AccessChange,
        chat::{RoomKey, Side},
    };

    #[test]
    fn payloads_fit_and_read_back() {
        let node = Uuid::new_v4();
        let r = RoomKey { buyer_id: i64::MAX, seller_id: i64::MAX };
        let mut batch = vec![
            News::Hello,
            News::Typing { r, by: Side::Buyer },
            News::Access(AccessChange::Session(vec![255; 32])),
        ];
        batch.extend((0..1000).map(|s| News::Entry { r, s, a: [i64::MAX; 2] }));
        let payloads = payloads(node, &batch);
        assert!(payloads.iter().all(|payload| payload.len() < 8_000) && payloads.len() > 1);
        let back: Vec<News> = payloads.iter().flat_map(|payload| read(payload).unwrap().1).collect();
        assert_eq!(back, batch);
        assert!(read("nonsense").is_none());
    }
}
