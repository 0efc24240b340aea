//! The third reader: one letter for all that waits, to whoever hasn't come to read it.
//!
//! ```text
//! mail_at is due → lock all of the account's that wait (SKIP LOCKED) → words as they are now
//!      read → its notice is read · switched off, gone → no letter · quiet hours → held until their end
//!      else → one letter into mail's outbox, mailed_at → commit
//! ```
//!
//! One transaction: the letter is enqueued with the mark that says so, or neither, on whichever node. After it none of
//! these notices is mailed until it was read and begins anew.

use std::collections::{BTreeSet, HashMap};

use sqlx::{PgConnection, PgPool};
use time::OffsetDateTime;
use tokio::time::{Duration, MissedTickBehavior, interval};

use super::{
    choices::{MAIL, Standing, is_on},
    kind::{Channel, Kinds, Words},
    notice::Notice,
    store::{self, mail::WaitingNotice},
    unsubscribe::UnsubscribeKey,
};
use crate::{
    accounts,
    mail::{self, Button, Letter},
    web::{Marketplace, ShellSource, with_task_timeout},
};

const INTERVAL: Duration = Duration::from_secs(1);
/// People in one look.
const MAX_PEOPLE: i64 = 200;
/// Notices that a letter tells by name; of the others it says how many.
const MAX_TOLD: usize = 5;

#[derive(Clone)]
pub struct Letters {
    pub db: PgPool,
    pub kinds: Kinds,
    /// For the marketplace's name and address.
    pub shell: ShellSource,
    pub key: UnsubscribeKey,
}

impl Letters {
    /// Looks every second, until it is dropped.
    pub async fn run(self) {
        let mut ticks = interval(INTERVAL);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            let look = async {
                let now = store::notices::database_time(&self.db).await?;
                store::mail::accounts_due(&self.db, now, MAX_PEOPLE).await.map(|due| (now, due))
            };
            match with_task_timeout(look).await {
                Ok((now, due)) => self.write_to_all(&due, now).await,
                Err(error) => tracing::warn!(%error, "due letters not looked for"),
            }
        }
    }

    /// Writes the letters that are due as of `now`, which a test hands in.
    pub async fn mail_due(&self, now: OffsetDateTime) -> anyhow::Result<()> {
        for account_id in store::mail::accounts_due(&self.db, now, MAX_PEOPLE).await? {
            self.write_to(account_id, now).await?;
        }
        Ok(())
    }

    async fn write_to_all(&self, accounts: &[i64], now: OffsetDateTime) {
        for &account_id in accounts {
            if let Err(error) = self.write_to(account_id, now).await {
                // Rolled back: it is due as before.
                tracing::warn!(%error, account.id = account_id, "letter about notices not written");
            }
        }
    }

    async fn write_to(&self, account_id: i64, now: OffsetDateTime) -> anyhow::Result<()> {
        let mut tx = self.db.begin().await?;
        let waiting = store::mail::lock_waiting(&mut *tx, account_id).await?;
        let standing = store::choices::standings(&mut *tx, &[account_id], now).await?.remove(&account_id);
        if let Some(until) = standing.and_then(|standing| standing.quiet_until) {
            store::mail::hold(&mut *tx, account_id, now, until).await?;
            return Ok(tx.commit().await?);
        }
        let (told, is_due) = self.sort_out(&mut tx, waiting, now).await?;
        let address = accounts::mail_address(&mut *tx, account_id).await?;
        if let Some(address) = address.filter(|_| is_due && !told.is_empty()) {
            let standing = standing.unwrap_or_default();
            let letter = self.letter(account_id, &address, &told, standing).await?;
            mail::enqueue(&mut tx, &letter).await?;
        }
        if is_due {
            let ids: Vec<i64> = told.iter().map(|(notice, _)| notice.id).collect();
            store::mail::mailed(&mut *tx, &ids, now).await?;
        }
        Ok(tx.commit().await?)
    }

    /// What there is to tell, and whether any of it is due. What isn't to be told waits no longer.
    async fn sort_out(
        &self,
        tx: &mut PgConnection,
        waiting: Vec<WaitingNotice>,
        now: OffsetDateTime,
    ) -> anyhow::Result<(Vec<(Notice, Words)>, bool)> {
        let Some(account_id) = waiting.first().map(|it| it.notice.account_id) else {
            return Ok((Vec::new(), false));
        };
        let due: HashMap<i64, bool> = waiting.iter().map(|it| (it.notice.id, it.mail_at <= now)).collect();
        let ids: Vec<i64> = due.keys().copied().collect();
        let switched = store::choices::switched(&mut *tx, MAIL, &[account_id]).await?;
        let notices = waiting.into_iter().map(|it| it.notice).collect();
        let described = self.kinds.describe(&self.db, notices).await?;
        let settled: Vec<i64> =
            described.iter().filter(|(_, words)| words.is_settled).map(|(it, _)| it.id).collect();
        let is_wanted = |notice: &Notice| {
            let chosen = switched.get(&(account_id, notice.kind.clone())).copied();
            let channel = self.kinds.get(&notice.kind).map_or(Channel::Never, |kind| kind.mail());
            is_on(channel, chosen)
        };
        let told: Vec<(Notice, Words)> =
            described.into_iter().filter(|(it, words)| !words.is_settled && is_wanted(it)).collect();
        let changed = store::notices::mark_read_by_id(&mut *tx, &settled).await?;
        store::notices::notify(&mut *tx, &changed[..changed.len().min(1)]).await?;
        let untold: Vec<i64> =
            ids.into_iter().filter(|id| !told.iter().any(|(notice, _)| notice.id == *id)).collect();
        store::mail::forget(&mut *tx, &untold).await?;
        let is_due = told.iter().any(|(notice, _)| due.get(&notice.id) == Some(&true));
        Ok((told, is_due))
    }

    async fn letter(
        &self,
        account_id: i64,
        to: &str,
        told: &[(Notice, Words)],
        standing: Standing,
    ) -> anyhow::Result<Letter> {
        let marketplace = self.shell.0.marketplace();
        let origin = &marketplace.origin.0;
        let kinds: BTreeSet<&str> = told.iter().map(|(notice, _)| &*notice.kind).collect();
        let kinds: Vec<&str> = kinds.into_iter().collect();
        let stop = format!("{origin}/unsubscribe/{}", self.key.token(&self.db, account_id, &kinds).await?);
        let mut words = match told {
            [(_, only)] => one(only, standing.previews, &marketplace),
            several => summary(several, standing.previews, &marketplace),
        };
        words.small_print = vec![
            format!("You get this because it waited for you at {}.", marketplace.name),
            format!("Choose what reaches you: {origin}/settings/notices"),
            format!("No more letters like this: {stop}"),
        ];
        // The same while none of it was read: made again, it is the same letter.
        let (first, _) = &told[0];
        let began = first.happened_at.unix_timestamp();
        let key = format!("notices:{account_id}:{}:{began}", first.id);
        let thread = match told {
            [(notice, _)] => format!("notice:{account_id}:{}", notice.tag()),
            _ => format!("notices:{account_id}"),
        };
        let letter = words.letter(&marketplace, to, &key)?;
        Ok(Letter { thread: Some(thread), unsubscribe_url: Some(stop), ..letter })
    }
}

/// A letter about one thing.
fn one(words: &Words, previews: bool, marketplace: &Marketplace) -> mail::Words {
    let button =
        Button { label: "Open it".to_owned(), url: format!("{}{}", marketplace.origin.0, words.path) };
    match previews {
        true => mail::Words {
            title: words.headline.clone(),
            paragraphs: Vec::new(),
            quote: Some(words.text.clone()),
            button: Some(button),
            small_print: Vec::new(),
        },
        false => discreet(words.discreet, button, marketplace),
    }
}

/// It says that there is something, and neither who nor what.
fn discreet(what: &str, button: Button, marketplace: &Marketplace) -> mail::Words {
    mail::Words {
        title: format!("{what} at {}", marketplace.name),
        paragraphs: vec!["Open it to read it.".to_owned()],
        button: Some(button),
        ..mail::Words::default()
    }
}

/// One letter for several things.
fn summary(told: &[(Notice, Words)], previews: bool, marketplace: &Marketplace) -> mail::Words {
    let button =
        Button { label: "See all of it".to_owned(), url: format!("{}/notices", marketplace.origin.0) };
    let title = format!("{} notices wait for you", told.len());
    if !previews {
        return discreet(&title, button, marketplace);
    }
    let line = |words: &Words| format!("{}: {}", words.headline, words.text);
    let mut paragraphs: Vec<String> = told.iter().take(MAX_TOLD).map(|(_, words)| line(words)).collect();
    if told.len() > MAX_TOLD {
        paragraphs.push(format!("And {} more.", told.len() - MAX_TOLD));
    }
    mail::Words {
        title: format!("{title} at {}", marketplace.name),
        paragraphs,
        button: Some(button),
        ..mail::Words::default()
    }
}
