//! Batched look-ups (no N+1): all inbox sockets of a node ask with one statement per tick.
//!
//! ```text
//! inbox sockets, at a tick ── rooms that changed ─→ queue ─→ one statement ─→ each its counts
//! ```
//!
//! Ticks are the node's, not each socket's own, so that many sockets ask at the same moment. Invariant: at most one
//! statement is on its way; whoever comes meanwhile is in the next.

use std::{collections::HashMap, sync::Arc, time::Duration};

use sqlx::PgPool;
use tokio::{
    sync::{Mutex, mpsc, oneshot},
    time::{Instant, sleep},
};

use crate::{
    chat::{domain::room_key::RoomKey, store},
    jobs::{Policy, Supervisor},
    web::with_task_timeout,
};

/// Events of about so long are told together.
pub const TICK: Duration = Duration::from_millis(100);
/// From the first question of a tick to the statement: the others of that tick come meanwhile.
const GATHER: Duration = Duration::from_millis(2);
/// Sockets in one statement; mostly each asks for one room.
const MAX_BATCH: usize = 512;
/// Questions that wait; then sockets do.
const QUEUE: usize = 1024;

struct Question {
    account_id: i64,
    rooms: Vec<RoomKey>,
    answer: oneshot::Sender<Unread>,
}

/// What waits for somebody, in each room that was asked for and in all.
#[derive(Debug)]
pub struct Unread {
    pub rooms: HashMap<RoomKey, i64>,
    pub total: i64,
}

#[derive(Clone)]
pub struct UnreadCounts {
    questions: mpsc::Sender<Question>,
    epoch: Instant,
}

impl UnreadCounts {
    pub fn start(db: &PgPool, supervisor: &Supervisor) -> Self {
        let (sender, receiver) = mpsc::channel(QUEUE);
        let (db, receiver) = (db.clone(), Arc::new(Mutex::new(receiver)));
        supervisor.spawn("chat.unread_counts", Policy::Essential, move || run(db.clone(), receiver.clone()));
        UnreadCounts { questions: sender, epoch: Instant::now() }
    }

    /// The first tick that is at least half a [`TICK`] away.
    pub fn next_tick(&self, now: Instant) -> Instant {
        let ticks = (now + TICK / 2 - self.epoch).as_nanos() / TICK.as_nanos() + 1;
        self.epoch + TICK * u32::try_from(ticks).unwrap_or(u32::MAX)
    }

    /// None if the database is slow or away; it was logged.
    pub async fn get(&self, account_id: i64, rooms: Vec<RoomKey>) -> Option<Unread> {
        let (answer, answered) = oneshot::channel();
        self.questions.send(Question { account_id, rooms, answer }).await.ok()?;
        answered.await.ok()
    }
}

async fn run(db: PgPool, questions: Arc<Mutex<mpsc::Receiver<Question>>>) {
    let mut questions = questions.lock().await;
    let mut batch = Vec::new();
    while questions.recv_many(&mut batch, MAX_BATCH).await > 0 {
        sleep(GATHER).await;
        while batch.len() < MAX_BATCH
            && let Ok(question) = questions.try_recv()
        {
            batch.push(question);
        }
        let pairs: Vec<_> = batch
            .iter()
            .flat_map(|question| question.rooms.iter().map(|room| (question.account_id, *room)))
            .collect();
        match with_task_timeout(store::inbox::unread_in(&db, &pairs)).await {
            Ok(counts) => answer(batch.drain(..), counts),
            Err(error) => {
                tracing::warn!(%error, sockets = batch.len(), "inbox counts failed, retrying");
                // Whoever waits hears of it by the end of its channel.
                batch.clear();
            }
        }
    }
}

fn answer(batch: impl Iterator<Item = Question>, counts: Vec<(i64, i64)>) {
    let mut counts = counts.into_iter();
    for Question { rooms, answer, .. } in batch {
        let mut unread = Unread { rooms: HashMap::with_capacity(rooms.len()), total: 0 };
        for (room, (count, total)) in rooms.into_iter().zip(&mut counts) {
            unread.rooms.insert(room, count);
            unread.total = total;
        }
        // A socket that has closed meanwhile wants none.
        let _ = answer.send(unread);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn sockets_are_due_at_the_same_ticks() {
        let counts = UnreadCounts { questions: mpsc::channel(1).0, epoch: Instant::now() };
        for millis in [0, 1, 49, 50, 51, 99, 100, 12_345] {
            let now = counts.epoch + Duration::from_millis(millis);
            let tick = counts.next_tick(now);
            assert_eq!((tick - counts.epoch).as_millis() % TICK.as_millis(), 0);
            assert!(now + TICK / 2 <= tick && tick <= now + TICK * 3 / 2, "{millis}");
        }
    }

    #[test]
    fn each_socket_gets_its_own_rooms_counts() {
        let room = |buyer_id| RoomKey { buyer_id, seller_id: 9 };
        let (first, mut first_answer) = oneshot::channel();
        let (second, mut second_answer) = oneshot::channel();
        let batch = [
            Question { account_id: 1, rooms: vec![room(1), room(2)], answer: first },
            Question { account_id: 2, rooms: vec![room(3)], answer: second },
        ];
        answer(batch.into_iter(), vec![(5, 8), (3, 8), (0, 1)]);
        let first = first_answer.try_recv().unwrap();
        assert_eq!((first.rooms[&room(1)], first.rooms[&room(2)], first.total), (5, 3, 8));
        assert_eq!(second_answer.try_recv().unwrap().total, 1);
    }
}
