//! Backfill: rooms with a gap are read from the rows, in order.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex},
};

use sqlx::PgPool;
use tokio::sync::{Mutex as AsyncMutex, Semaphore, mpsc};

use crate::{
    chat::{
        domain::room_key::RoomKey,
        live::{render::lazy_frame_text, rooms::Rooms},
        store,
    },
    products,
    web::with_task_timeout,
};

/// Rooms read at the same time.
const MAX_CONCURRENT_ROOMS: usize = 4;
const PAGE: i64 = 100;

pub async fn run(db: PgPool, rooms: Rooms, requests: Arc<AsyncMutex<mpsc::Receiver<RoomKey>>>) {
    let mut requests = requests.lock().await;
    let at_work: Arc<Mutex<HashSet<RoomKey>>> = Arc::default();
    let permits = Arc::new(Semaphore::new(MAX_CONCURRENT_ROOMS));
    while let Some(room) = requests.recv().await {
        if !at_work.lock().is_ok_and(|mut rooms| rooms.insert(room)) {
            continue;
        }
        let Ok(permit) = permits.clone().acquire_owned().await else { return };
        let (db, rooms, at_work) = (db.clone(), rooms.clone(), at_work.clone());
        tokio::spawn(async move {
            let _permit = permit;
            // Taken out before the rows are read: what comes in from now on makes the room come again.
            if let Ok(mut rooms) = at_work.lock() {
                rooms.remove(&room);
            }
            if let Err(error) = backfill(&db, &rooms, room).await {
                tracing::warn!(%error, %room, "backfill failed, the next reconciliation finds the room again");
            }
        });
    }
}

async fn backfill(db: &PgPool, rooms: &Rooms, room: RoomKey) -> sqlx::Result<()> {
    let Some((participants, _)) = with_task_timeout(store::rooms::participants(db, room)).await? else {
        return Ok(());
    };
    let participants = Arc::new(participants);
    while let Some(last) = rooms.last_delivered(room) {
        let entries =
            with_task_timeout(store::entries::history(db, room, last, i64::MAX - PAGE, true, PAGE)).await?;
        if entries.is_empty() {
            return Ok(());
        }
        let introduced: Vec<i64> =
            entries.iter().filter_map(|entry| Some(entry.introduces.as_ref()?.product_id)).collect();
        let products = match &introduced[..] {
            [] => Vec::new(),
            introduced => with_task_timeout(products::summaries(db, introduced)).await?,
        };
        let products: Arc<[_]> = products.into();
        for entry in entries {
            let seq = entry.seq;
            let frame = lazy_frame_text(Arc::new(entry), participants.clone(), products.clone());
            rooms.deliver_in_order(room, seq, frame);
        }
    }
    Ok(())
}
