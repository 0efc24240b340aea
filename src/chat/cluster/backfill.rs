//! Backfill: rooms with a gap are read from the rows, in order.

use std::{collections::VecDeque, sync::Arc};

use sqlx::PgPool;
use tokio::{
    sync::{Mutex, mpsc},
    task::JoinSet,
};

use crate::{
    chat::{
        domain::{entry::Entry, participants::Participants, room_key::RoomKey},
        live::{
            render::{EntryView, entry_frames, entry_html},
            rooms::Rooms,
            screen::Screen,
        },
        store,
    },
    products,
    web::with_task_timeout,
};

/// Rooms read at the same time.
const MAX_CONCURRENT_ROOMS: usize = 4;
const PAGE: i64 = 100;

/// Reads rooms as they are requested. A room that is requested while it waits for its turn is read once.
pub async fn run(db: PgPool, rooms: Rooms, screen: Screen, requests: Arc<Mutex<mpsc::Receiver<RoomKey>>>) {
    let mut requests = requests.lock().await;
    let mut waiting = VecDeque::new();
    let mut reading = JoinSet::new();
    loop {
        tokio::select! {
            request = requests.recv() => match request {
                Some(room) if !waiting.contains(&room) => waiting.push_back(room),
                Some(_) => {}
                None => return,
            },
            Some(read) = reading.join_next() => {
                if let Err(error) = read {
                    tracing::error!(%error, "backfill panicked");
                }
            }
        }
        while reading.len() < MAX_CONCURRENT_ROOMS
            && let Some(room) = waiting.pop_front()
        {
            let (db, rooms, screen) = (db.clone(), rooms.clone(), screen.clone());
            reading.spawn(async move {
                if let Err(error) = backfill(&db, &rooms, &screen, room).await {
                    tracing::warn!(%error, %room, "backfill failed, the next reconciliation finds the room again");
                }
            });
        }
    }
}

async fn backfill(db: &PgPool, rooms: &Rooms, screen: &Screen, room: RoomKey) -> sqlx::Result<()> {
    let Some(found) = with_task_timeout(store::rooms::participants(db, room)).await? else {
        return Ok(());
    };
    let participants = Arc::new(found.participants);
    while let Some(last) = rooms.last_delivered(room) {
        let entries =
            with_task_timeout(store::entries::history(db, room, last, i64::MAX - PAGE, true, PAGE)).await?;
        if entries.is_empty() {
            break;
        }
        let introduced: Vec<i64> =
            entries.iter().filter_map(|entry| Some(entry.introduces.as_ref()?.product_id)).collect();
        let products = match &introduced[..] {
            [] => Vec::new(),
            introduced => with_task_timeout(products::summaries(db, introduced)).await?,
        };
        let products: Arc<[_]> = products.into();
        if let Some(first) = entries.first().filter(|first| first.seq > last + 1) {
            tracing::error!(%room, after = last, next = first.seq, "the rows have a gap, the room goes on after it");
            rooms.skip_to(room, first.seq);
        }
        for entry in entries {
            let frames = entry_frames(Arc::new(entry), participants.clone(), products.clone(), screen);
            rooms.deliver_in_order(room, frames);
        }
    }
    backfill_changes(db, rooms, room, &participants).await
}

/// Delivers the changes of entries that weren't delivered here.
async fn backfill_changes(
    db: &PgPool,
    rooms: &Rooms,
    room: RoomKey,
    participants: &Participants,
) -> sqlx::Result<()> {
    while let Some(rev) = rooms.rev(room) {
        let changes = with_task_timeout(store::changes::changed_since(db, room, rev, PAGE)).await?;
        if changes.is_empty() {
            return Ok(());
        }
        let seqs: Vec<i64> = changes.iter().map(|(seq, _)| *seq).collect();
        let entries = with_task_timeout(store::entries::by_seqs(db, room, &seqs)).await?;
        for (seq, rev) in changes {
            let entry = entries.iter().find(|entry| entry.seq == seq);
            let html = entry.map(|entry| entry_html(&EntryView::new(entry, participants, &[])));
            let withheld_from = entry.and_then(Entry::withheld_from);
            rooms.deliver_change(room, (seq, withheld_from), rev, html.unwrap_or_default());
        }
    }
    Ok(())
}
