//! What this node tells the others: collected while the last is on its way, after the commit, in as few
//! payloads as it fits into.

use std::time::Duration;

use sqlx::PgPool;
use tokio::{sync::mpsc, time::timeout};
use uuid::Uuid;

use super::{News, nats::Nats};
use crate::chat::{Hub, store};

/// News in one statement.
const BATCH: usize = 1024;
/// What could not be told is tried again after this.
const RETRY: Duration = Duration::from_secs(1);
/// PostgreSQL takes less than 8,000 bytes.
const PAYLOAD: usize = 7_900;

pub async fn run(db: PgPool, nats: Option<Nats>, hub: Hub, node: Uuid, mut news: mpsc::Receiver<News>) {
    let mut batch = Vec::new();
    loop {
        let is_retry = !batch.is_empty();
        let more = news.recv_many(&mut batch, BATCH);
        if is_retry {
            let _ = timeout(RETRY, more).await;
        } else if more.await == 0 {
            return;
        }
        if hub.take_untold() {
            batch.push(News::Doubt);
        }
        if let Err(error) = tell(&db, nats.as_ref(), &hub, node, &batch).await {
            tracing::warn!(%error, alone = hub.is_alone(), "the other nodes were not told");
            // In place of all that: they have to look by themselves.
            batch = vec![News::Doubt];
        } else {
            batch.clear();
        }
    }
}

/// Makes the nodes that are there look who is new.
pub async fn say_hello(db: &PgPool, node: Uuid) -> sqlx::Result<()> {
    store::notify(db, &payloads(node, &[News::Hello])).await
}

async fn tell(db: &PgPool, nats: Option<&Nats>, hub: &Hub, node: Uuid, batch: &[News]) -> sqlx::Result<()> {
    // The others are told all the same, and once more when it could be written down.
    let noted = note_presences(db, hub, node, batch).await;
    let nats = nats.filter(|nats| nats.is_there() && hub.is_heard_by_nats());
    let (by_nats, by_database): (Vec<_>, Vec<_>) =
        batch.iter().partition(|news| nats.is_some() && news.room().is_some());
    if !by_database.is_empty() {
        store::notify(db, &payloads(node, by_database)).await?;
    }
    if let Some(nats) = nats {
        nats.tell(node, &by_nats).await;
    }
    noted
}

/// Only here, one after the other: what is written last is what is so.
async fn note_presences(db: &PgPool, hub: &Hub, node: Uuid, batch: &[News]) -> sqlx::Result<()> {
    if batch.contains(&News::Doubt) {
        return store::tell_presences(db, node, &hub.here()).await;
    }
    for news in batch {
        if let News::Presence { r, who, on } = news {
            store::set_presence(db, node, *r, *who, *on).await?;
        }
    }
    Ok(())
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
