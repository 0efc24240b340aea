//! Batched: read marks that moved, together, end the notices of rooms where nothing is unread any more.
//!
//! Best effort: one that is lost leaves a notice whose words say that it is settled, which the bell's page, push and
//! mail see before they tell anything.

use std::{sync::Arc, time::Duration};

use sqlx::PgPool;
use tokio::{
    sync::{Mutex, mpsc},
    time::sleep,
};

use super::kind::MESSAGE;
use crate::{
    chat::{domain::room_key::RoomKey, store},
    notices,
    web::with_task_timeout,
};

/// Marks in one statement.
const MAX_BATCH: usize = 512;
/// What comes meanwhile is looked at together.
const REST: Duration = Duration::from_millis(500);

/// Until the program stops. `hints`: whose mark moved, and where.
pub async fn run(db: PgPool, hints: Arc<Mutex<mpsc::Receiver<(i64, RoomKey)>>>) {
    let mut hints = hints.lock().await;
    let mut marks = Vec::new();
    while hints.recv_many(&mut marks, MAX_BATCH).await > 0 {
        if let Err(error) = with_task_timeout(mark_read(&db, &marks)).await {
            tracing::debug!(%error, "read rooms left their notices");
        }
        marks.clear();
        sleep(REST).await;
    }
}

async fn mark_read(db: &PgPool, marks: &[(i64, RoomKey)]) -> sqlx::Result<()> {
    let read = store::notices::fully_read(db, marks).await?;
    let read: Vec<(i64, String)> =
        read.into_iter().map(|(account, room)| (account, room.to_string())).collect();
    notices::mark_read(db, MESSAGE, &read).await
}
