//! Rooms that were told of an entry before the one that comes before it: read from the rows, in order.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex},
};

use sqlx::PgPool;
use tokio::sync::{Semaphore, mpsc};

use crate::{
    chat::{Hub, domain::room_key::RoomKey, service, store},
    products,
    web::with_task_timeout,
};

/// Rooms read at the same time.
const AT_ONCE: usize = 4;
const PAGE: i64 = 100;

pub async fn run(db: PgPool, hub: Hub, mut behind: mpsc::Receiver<RoomKey>) {
    let at_work: Arc<Mutex<HashSet<RoomKey>>> = Arc::default();
    let turns = Arc::new(Semaphore::new(AT_ONCE));
    while let Some(room) = behind.recv().await {
        if !at_work.lock().is_ok_and(|mut rooms| rooms.insert(room)) {
            continue;
        }
        let Ok(turn) = turns.clone().acquire_owned().await else { return };
        let (db, hub, at_work) = (db.clone(), hub.clone(), at_work.clone());
        tokio::spawn(async move {
            let _turn = turn;
            // Taken out before the rows are read: what comes in from now on makes the room come again.
            if let Ok(mut rooms) = at_work.lock() {
                rooms.remove(&room);
            }
            if let Err(error) = catch_up(&db, &hub, room).await {
                tracing::warn!(%error, %room, "a room is behind; the next look finds it again");
            }
        });
    }
}

async fn catch_up(db: &PgPool, hub: &Hub, room: RoomKey) -> sqlx::Result<()> {
    let Some((people, _)) = with_task_timeout(store::rooms::participants(db, room)).await? else {
        return Ok(());
    };
    let people = Arc::new(people);
    while let Some(last) = hub.last_told(room) {
        let entries =
            with_task_timeout(store::entries::history(db, room, last, i64::MAX - PAGE, true, PAGE)).await?;
        if entries.is_empty() {
            return Ok(());
        }
        let about: Vec<i64> =
            entries.iter().filter_map(|entry| Some(entry.starts.as_ref()?.product_id)).collect();
        let products = match &about[..] {
            [] => Vec::new(),
            about => with_task_timeout(products::summaries(db, about)).await?,
        };
        let products: Arc<[_]> = products.into();
        for entry in entries {
            let seq = entry.seq;
            hub.place(room, seq, service::entry_text(Arc::new(entry), people.clone(), products.clone()));
        }
    }
    Ok(())
}
