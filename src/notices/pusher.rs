//! The second reader: pushes what is due, on whichever node claims it.
//!
//! ```text
//! push_at is due → claim under a lease (SKIP LOCKED) → words as they are now
//!      read, gone, shown on a visible page, switched off, no browser → nothing
//!      quiet hours → held until their end; of several that were held one summary
//!      else → a push for each browser → sent · again, with back-off, for those that weren't reached
//! ```
//!
//! Transactional outbox: the notice's row is what is to be done. At least once: a node that is killed between sending
//! and storing leaves its lease, and the next claim pushes again what replaces the first by its tag and topic.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
    time::Duration,
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use futures_util::{FutureExt as _, future::join_all};
use metrics::counter;
use sha2::{Digest as _, Sha256};
use sqlx::PgPool;
use time::OffsetDateTime;
use tokio::{
    sync::OnceCell,
    task::JoinSet,
    time::{MissedTickBehavior, interval},
};

use super::{
    choices::{PUSH, Standing, is_on},
    kind::{Channel, Kinds, Words},
    push::{
        client::{Delivery, Outcome, PushClient, Subscription},
        payload::Payload,
        vapid::VapidKey,
    },
    store::{
        self,
        due::{DueNotice, PushResult},
    },
};
use crate::{
    telemetry::names::PUSHES,
    web::{forgery::PublicOrigin, with_task_timeout},
};

const INTERVAL: Duration = Duration::from_secs(1);
/// A killed node's claims wait so long. Longer than any attempt: browsers are pushed at once, with 10 s each.
const LEASE: Duration = Duration::from_secs(60);
/// Notices in one claim, and claims of this node at a time.
const MAX_CLAIMED: i64 = 64;
const MAX_RUNNING: usize = 8;
/// Attempts for browsers that can't be reached, about a day's.
const MAX_TRIES: i32 = 24;
const FIRST_PAUSE: Duration = Duration::from_secs(30);
const MAX_PAUSE: Duration = Duration::from_secs(60 * 60);
const VAPID: &str = "vapid";

#[derive(Clone)]
pub struct Pusher {
    pub db: PgPool,
    pub kinds: Kinds,
    pub client: PushClient,
    /// For links.
    pub origin: PublicOrigin,
    /// Whom push services may write to: `mailto:` or `https:`.
    pub subject: String,
    pub key: Arc<OnceCell<VapidKey>>,
}

/// What is looked up once for all notices of a claim.
struct Context {
    switched: HashMap<(i64, String), bool>,
    standings: HashMap<i64, Standing>,
    subscriptions: HashMap<i64, Vec<(Subscription, Option<OffsetDateTime>)>>,
    badges: HashMap<i64, i64>,
}

impl Pusher {
    /// The key that signs, made by whichever node first needs it.
    pub async fn key(&self) -> anyhow::Result<&VapidKey> {
        let load = async || {
            let pkcs8 = store::keys::get_or_insert(&self.db, VAPID, &VapidKey::generate()?).await?;
            anyhow::Ok(VapidKey::from_pkcs8(&pkcs8)?)
        };
        self.key.get_or_try_init(load).await
    }

    /// Pushes what is due, every second, until it is dropped.
    pub async fn run(self) {
        let mut ticks = interval(INTERVAL);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut running = JoinSet::new();
        loop {
            ticks.tick().await;
            while running.try_join_next().is_some() {}
            while running.len() < MAX_RUNNING {
                match with_task_timeout(self.claim_now()).await {
                    Ok((_, claimed)) if claimed.is_empty() => break,
                    Ok((now, claimed)) => {
                        let pusher = self.clone();
                        running.spawn(async move { pusher.push_or_warn(claimed, now).await });
                    }
                    Err(error) => {
                        tracing::warn!(%error, "push claim failed");
                        break;
                    }
                }
            }
        }
    }

    async fn claim_now(&self) -> sqlx::Result<(OffsetDateTime, Vec<DueNotice>)> {
        let now = store::notices::database_time(&self.db).await?;
        Ok((now, store::due::claim(&self.db, now, LEASE, MAX_CLAIMED).await?))
    }

    /// Pushes all that is due as of `now`, which a test hands in; how many notices were looked at.
    pub async fn push_due(&self, now: OffsetDateTime) -> anyhow::Result<usize> {
        let mut looked_at = 0;
        loop {
            let claimed = store::due::claim(&self.db, now, LEASE, MAX_CLAIMED).await?;
            if claimed.is_empty() {
                return Ok(looked_at);
            }
            looked_at += claimed.len();
            self.push(claimed, now).await?;
        }
    }

    async fn push_or_warn(&self, claimed: Vec<DueNotice>, now: OffsetDateTime) {
        if let Err(error) = self.push(claimed, now).await {
            // The lease runs out, and somebody tries again.
            tracing::warn!(%error, "notices not pushed");
        }
    }

    async fn push(&self, claimed: Vec<DueNotice>, now: OffsetDateTime) -> anyhow::Result<()> {
        let notices = claimed.iter().map(|due| due.notice.clone()).collect();
        let described = self.kinds.describe(&self.db, notices).await?;
        let words: HashMap<i64, Words> = described.into_iter().map(|(it, words)| (it.id, words)).collect();
        let context = self.look_up(&claimed, now).await?;
        let (mut settled, mut pushes) = (Vec::new(), Vec::new());
        for due in claimed {
            match words.get(&due.notice.id) {
                Some(words) if words.is_settled => settled.push(due.notice.id),
                words => {
                    let decision = self.decide(&context, &due, words);
                    match decision {
                        Ok(words) => pushes.push((due, words.clone())),
                        Err(result) => self.finish(&due, &result, now).await?,
                    }
                }
            }
        }
        self.mark_read(&settled).await?;
        let batches = summarize(pushes);
        let sending: Vec<_> =
            batches.into_iter().map(|batch| self.send_batch(batch, &context, now).boxed()).collect();
        join_all(sending).await.into_iter().collect()
    }

    async fn look_up(&self, claimed: &[DueNotice], now: OffsetDateTime) -> anyhow::Result<Context> {
        let accounts: HashSet<i64> = claimed.iter().map(|due| due.notice.account_id).collect();
        let accounts: Vec<i64> = accounts.into_iter().collect();
        let mut subscriptions: HashMap<i64, Vec<_>> = HashMap::new();
        for (subscription, retry_at) in store::subscriptions::of_accounts(&self.db, &accounts).await? {
            subscriptions.entry(subscription.account_id).or_default().push((subscription, retry_at));
        }
        let reachable: Vec<i64> = subscriptions.keys().copied().collect();
        let unread = store::due::unread_by_kind(&self.db, &reachable).await?;
        Ok(Context {
            switched: store::choices::switched(&self.db, PUSH, &accounts).await?,
            standings: store::choices::standings(&self.db, &accounts, now).await?,
            badges: self.kinds.badges(&self.db, &reachable, &unread).await?,
            subscriptions,
        })
    }

    /// The words, if they are to be pushed now.
    fn decide<'a>(
        &self,
        context: &Context,
        due: &DueNotice,
        words: Option<&'a Words>,
    ) -> Result<&'a Words, PushResult> {
        let account_id = due.notice.account_id;
        let (Some(words), Some(kind)) = (words, self.kinds.get(&due.notice.kind)) else {
            return Err(PushResult::Nothing);
        };
        let chosen = context.switched.get(&(account_id, due.notice.kind.clone())).copied();
        if words.is_shown || !is_on(kind.push(), chosen) || !context.subscriptions.contains_key(&account_id) {
            return Err(PushResult::Nothing);
        }
        match context.standings.get(&account_id).and_then(|standing| standing.quiet_until) {
            Some(until) => Err(PushResult::Held(until)),
            None => Ok(words),
        }
    }

    /// One notification: of one notice, or a summary of several.
    async fn send_batch(
        &self,
        batch: Vec<(DueNotice, Words)>,
        context: &Context,
        now: OffsetDateTime,
    ) -> anyhow::Result<()> {
        let Some((first, words)) = batch.first() else { return Ok(()) };
        let account_id = first.notice.account_id;
        let previews = context.standings.get(&account_id).is_none_or(|standing| standing.previews);
        let mut payload = match batch.len() {
            1 => Payload::of(words, first.notice.tag(), &self.origin.0, previews),
            _ => Payload::summary(batch.iter().map(|(_, words)| words), &self.origin.0, previews),
        };
        payload.renotify = !first.was_pushed;
        payload.badge = context.badges.get(&account_id).copied().unwrap_or(0);
        let is_urgent = self.kinds.get(&first.notice.kind).is_some_and(|kind| kind.is_urgent());
        let wanted = |id: i64| first.left.as_ref().is_none_or(|left| left.contains(&id));
        let browsers = context.subscriptions.get(&account_id).into_iter().flatten();
        let browsers: Vec<_> = browsers.filter(|(browser, _)| wanted(browser.id)).collect();
        let result = self.send(&payload, is_urgent, &browsers, first.tries, now).await?;
        for (due, _) in &batch {
            self.finish(due, &result, now).await?;
        }
        Ok(())
    }

    /// To each of these browsers; those that are to be left alone for now come later.
    async fn send(
        &self,
        payload: &Payload,
        is_urgent: bool,
        browsers: &[&(Subscription, Option<OffsetDateTime>)],
        tries: i32,
        now: OffsetDateTime,
    ) -> anyhow::Result<PushResult> {
        let (text, topic, key) = (payload.json(), topic(&payload.tag), self.key().await?);
        let delivery = Delivery { topic: &topic, is_urgent };
        let mut sending = Vec::new();
        for (browser, retry_at) in browsers {
            if retry_at.is_none_or(|at| at <= now) {
                sending.push(self.send_to(browser, &text, delivery, key, now).boxed());
            }
        }
        let answered: HashMap<i64, Outcome> =
            join_all(sending).await.into_iter().collect::<Result<_, _>>()?;
        let (mut left, mut was_sent, mut after) = (Vec::new(), false, None);
        for (browser, _) in browsers {
            match answered.get(&browser.id).copied().unwrap_or(Outcome::Later(None)) {
                Outcome::Later(wanted) => {
                    left.push(browser.id);
                    after = after.max(wanted);
                }
                outcome => was_sent |= outcome == Outcome::Sent,
            }
        }
        if left.is_empty() || tries >= MAX_TRIES {
            return Ok(if was_sent { PushResult::Sent } else { PushResult::Nothing });
        }
        let pause = FIRST_PAUSE.saturating_mul(1 << tries.clamp(0, 10)).min(MAX_PAUSE);
        Ok(PushResult::Again { at: now + after.map_or(pause, |after| after.max(pause)), left, was_sent })
    }

    async fn send_to(
        &self,
        browser: &Subscription,
        text: &[u8],
        delivery: Delivery<'_>,
        key: &VapidKey,
        now: OffsetDateTime,
    ) -> anyhow::Result<(i64, Outcome)> {
        let outcome = self.client.send(browser, text, delivery, (key, &self.subject), now).await?;
        self.note(browser.id, outcome, now).await?;
        Ok((browser.id, outcome))
    }

    /// What the answer means for the subscription.
    async fn note(&self, id: i64, outcome: Outcome, now: OffsetDateTime) -> sqlx::Result<()> {
        let name = match outcome {
            Outcome::Sent => "sent",
            Outcome::Gone => "gone",
            Outcome::Refused(_) => "refused",
            Outcome::Later(_) => "later",
        };
        counter!(PUSHES, "outcome" => name).increment(1);
        match outcome {
            Outcome::Sent => store::subscriptions::sent(&self.db, id).await,
            Outcome::Gone => store::subscriptions::gone(&self.db, id).await,
            Outcome::Refused(status) => {
                tracing::warn!(status, "a push service refused a push");
                store::subscriptions::refused(&self.db, id).await
            }
            Outcome::Later(after) => store::subscriptions::failed(&self.db, id, after, now).await,
        }
    }

    async fn finish(&self, due: &DueNotice, result: &PushResult, now: OffsetDateTime) -> sqlx::Result<()> {
        let delay = match self.kinds.get(&due.notice.kind).map(|kind| kind.push()) {
            Some(Channel::On(delay) | Channel::Off(delay)) => delay,
            _ => Duration::ZERO,
        };
        store::due::finish(&self.db, due, result, delay, now).await
    }

    async fn mark_read(&self, ids: &[i64]) -> sqlx::Result<()> {
        let mut tx = self.db.begin().await?;
        let changed = store::notices::mark_read_by_id(&mut *tx, ids).await?;
        store::notices::notify(&mut *tx, &changed).await?;
        tx.commit().await
    }
}

/// What quiet hours have kept back of one person's becomes one; everything else stays by itself.
fn summarize(pushes: Vec<(DueNotice, Words)>) -> Vec<Vec<(DueNotice, Words)>> {
    let mut held: HashMap<i64, Vec<(DueNotice, Words)>> = HashMap::new();
    let mut batches = Vec::new();
    for push in pushes {
        match push.0.was_held {
            true => held.entry(push.0.notice.account_id).or_default().push(push),
            false => batches.push(vec![push]),
        }
    }
    batches.extend(held.into_values());
    batches
}

/// At most 32 characters of base64url (RFC 8030), which say nothing to the push service.
fn topic(tag: &str) -> String {
    let mut topic = URL_SAFE_NO_PAD.encode(Sha256::digest(tag));
    topic.truncate(32);
    topic
}
