//! Calls what is due, on whichever node claims it (a transactional outbox with retries).
//!
//! ```text
//! due → claim under a lease (SKIP LOCKED), two of a webhook at a time → sign → POST
//!     2xx → delivered      410 → the webhook is off      else → again after 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, a day …
//!     the last try failed → off, and its owner is told
//! ```
//!
//! A node that is killed leaves its lease, and the next claim calls again with the same id.

use std::time::Duration;

use https_client::{
    Client,
    header::{CONTENT_TYPE, RETRY_AFTER},
};
use serde_json::json;
use time::OffsetDateTime;
use tokio::{
    task::JoinSet,
    time::{MissedTickBehavior, interval},
};

use super::{
    notices::WebhookKind,
    sentences,
    signature::Secret,
    state::State,
    store::{self, Attempt, DueDelivery},
};
use crate::{
    jobs::{Policy, Supervisor},
    notices::{self, Endpoint, NewNotice, outbound_client},
    web::with_task_timeout,
};

const INTERVAL: Duration = Duration::from_secs(1);
const TIMEOUT: Duration = Duration::from_secs(15);
/// Longer than any attempt.
const LEASE: Duration = Duration::from_secs(60);
/// Calls of this node at a time.
const MAX_RUNNING: usize = 64;
/// Before each further try, in seconds: three days and a half in all.
const PAUSES: [u64; 9] = [5, 5 * 60, 30 * 60, 2 * HOUR, 5 * HOUR, 10 * HOUR, 24 * HOUR, 24 * HOUR, 24 * HOUR];
const HOUR: u64 = 60 * 60;
/// A server that wants longer isn't listened to.
const MAX_RETRY_AFTER: Duration = Duration::from_secs(24 * 60 * 60);

impl State {
    /// Starts what `haggle serve` runs beside the pages.
    pub fn start(&self, supervisor: &Supervisor) {
        let deliverer = Deliverer::new(self.clone());
        supervisor.spawn("webhooks.deliverer", Policy::Background, move || deliverer.clone().run());
    }

    /// Calls whatever is due now, for a test; how many.
    pub async fn deliver_due(&self) -> sqlx::Result<usize> {
        Deliverer::new(self.clone()).deliver_due().await
    }
}

#[derive(Clone)]
struct Deliverer {
    state: State,
    http: Client,
}

/// What an attempt came to.
enum Outcome {
    Delivered(u16),
    Gone,
    Failed { status: Option<u16>, after: Option<Duration> },
}

impl Deliverer {
    fn new(state: State) -> Self {
        Deliverer { http: outbound_client(&state.allowed, TIMEOUT), state }
    }

    /// Until it is dropped. A call that has ended makes room for the next at once.
    async fn run(self) {
        let mut ticks = interval(INTERVAL);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut running: JoinSet<()> = JoinSet::new();
        loop {
            tokio::select! {
                _ = ticks.tick() => {}
                Some(_) = running.join_next() => {}
            }
            let room = MAX_RUNNING.saturating_sub(running.len());
            if room == 0 {
                continue;
            }
            match with_task_timeout(store::claim(&self.state.db, LEASE, room as i64)).await {
                Ok(claimed) => {
                    for due in claimed {
                        let deliverer = self.clone();
                        running.spawn(async move { deliverer.deliver_or_warn(due).await });
                    }
                }
                Err(error) => tracing::warn!(%error, "webhooks not claimed"),
            }
        }
    }

    /// Whatever is due now, one after the other; how many.
    async fn deliver_due(&self) -> sqlx::Result<usize> {
        let mut count = 0;
        loop {
            let claimed = store::claim(&self.state.db, LEASE, MAX_RUNNING as i64).await?;
            if claimed.is_empty() {
                return Ok(count);
            }
            for due in claimed {
                self.deliver(due).await?;
                count += 1;
            }
        }
    }

    async fn deliver_or_warn(&self, due: DueDelivery) {
        if let Err(error) = self.deliver(due).await {
            // The lease runs out, and somebody calls again.
            tracing::warn!(%error, "a webhook's call is not settled");
        }
    }

    async fn deliver(&self, due: DueDelivery) -> sqlx::Result<()> {
        let outcome = self.call(&due).await;
        let pause = PAUSES.get((due.attempts - 1).max(0) as usize).copied().map(Duration::from_secs);
        let mut tx = self.state.db.begin().await?;
        let attempt = |is_delivered, is_final, pause, status: Option<u16>, error| Attempt {
            is_final,
            is_delivered,
            pause,
            answer_status: status.map(i32::from),
            error,
        };
        match outcome {
            Outcome::Delivered(status) => {
                store::finish(&mut *tx, due.id, &attempt(true, true, Duration::ZERO, Some(status), ""))
                    .await?;
            }
            Outcome::Gone => {
                let reason = sentences::ITS_SERVER_IS_GONE;
                store::finish(&mut *tx, due.id, &attempt(false, true, Duration::ZERO, Some(410), reason))
                    .await?;
                self.disable(&mut tx, &due, reason).await?;
            }
            Outcome::Failed { status, after } => {
                let error = if status.is_none() { sentences::NO_ANSWER } else { "" };
                let wait = pause.map(|pause| pause.max(after.unwrap_or_default()));
                let it = attempt(false, wait.is_none(), wait.unwrap_or_default(), status, error);
                store::finish(&mut *tx, due.id, &it).await?;
                if wait.is_none() {
                    self.disable(&mut tx, &due, sentences::ITS_SERVER_DIDNT_ANSWER).await?;
                }
            }
        }
        tx.commit().await
    }

    async fn disable(
        &self,
        tx: &mut sqlx::PgConnection,
        due: &DueDelivery,
        reason: &str,
    ) -> sqlx::Result<()> {
        if store::disable(tx, due.webhook_id, reason).await?
            && let Some(account_id) = due.account_id
        {
            let now = OffsetDateTime::now_utc();
            let notice = NewNotice::new(account_id, due.webhook_id.to_string(), now);
            let notice = notice.details(json!({ "reason": reason }));
            notices::record(tx, &WebhookKind, &[notice]).await?;
        }
        Ok(())
    }

    async fn call(&self, due: &DueDelivery) -> Outcome {
        // The setting may have changed since it was taken.
        let Some(endpoint) = Endpoint::parse(&due.url, &self.state.allowed) else {
            return Outcome::Failed { status: None, after: None };
        };
        let (id, now) = (format!("msg_{}", due.id.simple()), OffsetDateTime::now_utc().unix_timestamp());
        let signed =
            |version| Secret::of(&self.state.sealing_key, due.webhook_id, version).sign(&id, now, &due.body);
        let mut signature = signed(due.secret_version);
        if due.was_rotated {
            signature = format!("{signature} {}", signed(due.secret_version - 1));
        }
        let request = self
            .http
            .post(endpoint.url().clone())
            .header(CONTENT_TYPE, "application/json")
            .header("webhook-id", &id)
            .header("webhook-timestamp", now)
            .header("webhook-signature", signature)
            .body(due.body.clone());
        match request.send().await {
            // Whatever it says besides stays unread.
            Ok(answer) => match answer.status().as_u16() {
                status @ 200..=299 => Outcome::Delivered(status),
                410 => Outcome::Gone,
                status => {
                    let after = answer.headers().get(RETRY_AFTER);
                    let seconds = after.and_then(|after| after.to_str().ok()?.trim().parse().ok());
                    let after = seconds.map(|seconds| Duration::from_secs(seconds).min(MAX_RETRY_AFTER));
                    Outcome::Failed { status: Some(status), after }
                }
            },
            Err(error) => {
                tracing::debug!(error = %error.without_url(), "a webhook's server not reached");
                Outcome::Failed { status: None, after: None }
            }
        }
    }
}
