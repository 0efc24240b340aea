//! Sessions are looked up together (group look-up, as the chat's writer commits): while one statement is on its way, whoever
//! comes waits for the next, which then answers all of them. Alone one waits for nobody.
//!
//! Nothing is kept: each request's answer was read after the request came, so whoever was signed out is out.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use sqlx::PgPool;
use tokio::sync::oneshot;

use super::store::session_accounts::{self, SessionRow};
use crate::web::with_request_timeout;

/// In one statement.
const MAX_TOGETHER: usize = 64;

type Answer = Result<Option<SessionRow>, String>;

#[derive(Default)]
struct Queue {
    waiting: Vec<(Vec<u8>, oneshot::Sender<Answer>)>,
    /// Somebody is asking for those who wait.
    is_led: bool,
}

#[derive(Clone, Debug)]
pub(super) struct SessionLookup {
    db: PgPool,
    queue: Arc<Mutex<Queue>>,
}

impl std::fmt::Debug for Queue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} waiting", self.waiting.len())
    }
}

impl SessionLookup {
    pub fn new(db: PgPool) -> Self {
        SessionLookup { db, queue: Arc::default() }
    }

    pub async fn find(&self, id_hash: Vec<u8>) -> Answer {
        let (reply, answer) = oneshot::channel();
        let leads = {
            let mut queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
            queue.waiting.push((id_hash, reply));
            !std::mem::replace(&mut queue.is_led, true)
        };
        if leads {
            // A task of its own: whoever began may go away, and the others still wait.
            tokio::spawn(Lead(self.clone()).answer_all());
        }
        answer.await.unwrap_or_else(|_| Err("the look-up was given up".to_owned()))
    }
}

/// Who asks for all, until nobody waits.
struct Lead(SessionLookup);

impl Lead {
    async fn answer_all(self) {
        loop {
            let waiting = {
                let mut queue = self.0.queue.lock().unwrap_or_else(PoisonError::into_inner);
                let count = queue.waiting.len().min(MAX_TOGETHER);
                if count == 0 {
                    queue.is_led = false;
                    return;
                }
                queue.waiting.drain(..count).collect::<Vec<_>>()
            };
            let hashes: Vec<Vec<u8>> = waiting.iter().map(|(hash, _)| hash.clone()).collect();
            let found = with_request_timeout(session_accounts::find(&self.0.db, &hashes)).await;
            let mut found =
                found.map(|rows| rows.into_iter().collect::<HashMap<_, _>>()).map_err(|e| e.to_string());
            for (hash, reply) in waiting {
                let answer =
                    found.as_mut().map(|rows| rows.get(&hash).cloned()).map_err(|error| error.clone());
                // Whoever has gone needs none.
                let _ = reply.send(answer);
            }
        }
    }
}

impl Drop for Lead {
    /// After a panic: who waits is told, and the next begins anew.
    fn drop(&mut self) {
        let mut queue = self.0.queue.lock().unwrap_or_else(PoisonError::into_inner);
        if queue.is_led && std::thread::panicking() {
            queue.waiting.clear();
            queue.is_led = false;
        }
    }
}
