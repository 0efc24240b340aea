//! The outbox: a letter is stored with its job in the transaction of its cause, and is gone once it is sent.

use std::time::Duration;

use serde_json::json;
use sqlx::{PgConnection, PgExecutor, PgPool};
use time::OffsetDateTime;

use super::{
    letter::Letter,
    mailer::{DeliveryError, Mailer},
    store,
};
use crate::jobs::{Job, NewJob};

/// The job that sends a letter.
pub const SEND: &str = "mail.send";
/// A letter whose job is dead can be sent again by an admin for so long.
const LETTER_TTL: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// In the caller's transaction: what is rolled back is never sent. False if a letter with its key waits already.
pub async fn enqueue(tx: &mut PgConnection, letter: &Letter) -> anyhow::Result<bool> {
    if !store::insert_letter(&mut *tx, &letter.key, serde_json::to_value(letter)?).await? {
        return Ok(false);
    }
    NewJob::new(SEND, json!({ "key": letter.key })).dedupe(&*letter.key).enqueue(tx).await?;
    Ok(true)
}

/// The job's handler.
pub async fn run_job(db: &PgPool, mailer: &Mailer, job: &Job) -> anyhow::Result<()> {
    let Some(key) = job.payload["key"].as_str() else { return Ok(()) };
    let Some(letter) = store::letter(db, key).await? else { return Ok(()) };
    deliver_or_note(db, mailer, &serde_json::from_value(letter)?).await?;
    Ok(store::delete_letter(db, key).await?)
}

/// Sends a letter now, if its address takes any, and notes an address that bounces. For handlers of jobs whose
/// letters hold a secret, and so aren't stored.
pub async fn deliver_or_note(db: &PgPool, mailer: &Mailer, letter: &Letter) -> anyhow::Result<()> {
    let is_late = letter.not_after.is_some_and(|end| end < OffsetDateTime::now_utc());
    if is_late || (!letter.even_if_bounced && store::is_bounced(db, &letter.to).await?) {
        return Ok(());
    }
    match mailer.deliver(letter).await {
        Ok(()) => Ok(()),
        Err(DeliveryError::Bounced(answer)) => {
            tracing::info!("an address bounces, nothing more is sent to it");
            Ok(store::insert_bounced(db, &letter.to, &answer).await?)
        }
        Err(DeliveryError::Failed(error)) => Err(error),
    }
}

/// Whether a mail server refused this address for good.
pub async fn is_bounced(db: impl PgExecutor<'_>, email: &str) -> sqlx::Result<bool> {
    store::is_bounced(db, email).await
}

/// Takes an address off the suppression list: somebody read mail there.
pub async fn allow_again(db: impl PgExecutor<'_>, email: &str) -> sqlx::Result<()> {
    store::delete_bounced(db, email).await
}

/// Forgets letters that could not be sent; run now and then.
pub async fn sweep(db: impl PgExecutor<'_>) -> sqlx::Result<u64> {
    store::delete_old_letters(db, LETTER_TTL).await
}
