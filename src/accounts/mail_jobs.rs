//! Letters that hold a link: the job makes the token, stores its hash, and hands the letter over. The token itself is
//! in the letter and nowhere else.
//!
//! A request for a new password only enqueues: whether the address has an account is looked up here, so that the
//! request's answer and its time are the same for all addresses.

use serde::{Deserialize, Serialize};
use serde_json::json;
use sqlx::PgExecutor;
use time::OffsetDateTime;

use super::{letters, link::Purpose, links, state::State, store};
use crate::{
    jobs::{Job, NewJob},
    mail::{self, Letter, Words},
};

/// The job that makes a letter with a link, and sends it.
pub const SEND_LINK: &str = "accounts.send_link";
/// A request for a new password that couldn't be answered for so long isn't answered any more.
const RESET_PATIENCE: time::Duration = time::Duration::hours(1);

/// Which letter.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(super) enum LinkLetter {
    Confirm { account_id: i64 },
    Change { account_id: i64, email: String },
    Changed { account_id: i64, old: String },
    Reset { email: String, asked_at: i64 },
}

impl LinkLetter {
    pub fn reset(email: &str) -> Self {
        LinkLetter::Reset { email: email.to_owned(), asked_at: OffsetDateTime::now_utc().unix_timestamp() }
    }

    fn dedupe_key(&self) -> String {
        match self {
            LinkLetter::Confirm { account_id } => format!("confirm {account_id}"),
            LinkLetter::Change { account_id, email } => format!("change {account_id} {email}"),
            LinkLetter::Changed { account_id, old } => format!("changed {account_id} {old}"),
            LinkLetter::Reset { email, .. } => format!("reset {email}"),
        }
    }

    /// In the transaction of its cause.
    pub async fn enqueue(&self, db: impl PgExecutor<'_>) -> sqlx::Result<()> {
        NewJob::new(SEND_LINK, json!(self)).dedupe(self.dedupe_key()).enqueue(db).await?;
        Ok(())
    }
}

/// The handler of [`SEND_LINK`].
pub async fn send_link(state: &State, job: &Job) -> anyhow::Result<()> {
    let db = &state.db;
    let marketplace = state.shell.0.marketplace();
    let (to, words, even_if_bounced): (String, Words, bool) =
        match serde_json::from_value(job.payload.clone())? {
            LinkLetter::Confirm { account_id } => {
                let Some(person) = store::addresses::of_account(db, account_id).await? else { return Ok(()) };
                let token = links::issue(db, account_id, Purpose::Confirm, &person.email).await?;
                (person.email, letters::confirm(&marketplace, &Purpose::Confirm.path(&token)), true)
            }
            LinkLetter::Change { account_id, email } => match store::addresses::by_email(db, &email).await? {
                Some(other) if other.account_id == account_id => return Ok(()),
                Some(_) => (email, letters::change_taken(&marketplace), false),
                None => {
                    let token = links::issue(db, account_id, Purpose::Change, &email).await?;
                    (email, letters::change(&marketplace, &Purpose::Change.path(&token)), true)
                }
            },
            LinkLetter::Changed { account_id, old } => {
                let token = links::issue(db, account_id, Purpose::Undo, &old).await?;
                (old, letters::changed(&marketplace, &Purpose::Undo.path(&token)), true)
            }
            LinkLetter::Reset { email, asked_at } => {
                let age = OffsetDateTime::now_utc().unix_timestamp() - asked_at;
                let Some(person) = store::addresses::by_email(db, &email).await? else { return Ok(()) };
                if age > RESET_PATIENCE.whole_seconds() {
                    return Ok(());
                }
                let token = links::issue(db, person.account_id, Purpose::Reset, &person.email).await?;
                (person.email, letters::reset(&marketplace, &Purpose::Reset.path(&token)), true)
            }
        };
    // Of one job: a try after one whose answer was lost is the same letter to mail programs.
    let letter = words.letter(&marketplace, &to, &format!("{SEND_LINK} {}", job.id))?;
    mail::deliver_or_note(db, &state.mailer, &Letter { even_if_bounced, ..letter }).await
}
