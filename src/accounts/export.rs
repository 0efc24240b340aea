//! A copy of all of one's data: asked for, made by a job, kept in the database in pieces for 24 hours.
//!
//! What goes in is said by whoever knows all features (`app/export.rs`); here is where the file lies and who gets it.
//! Invariant: it is served to a session of the account and to nobody else.

use std::io::Read;

use serde_json::json;
use sqlx::{PgConnection, PgPool};

use super::{model::ExportState, store};
use crate::jobs::NewJob;

/// The job that makes it.
pub const EXPORT: &str = "accounts.export";
/// One piece; a download holds one at a time.
const PART_BYTES: usize = 1024 * 1024;

/// False if there is one of the last 24 hours.
pub(super) async fn ask(db: &PgPool, account_id: i64) -> sqlx::Result<bool> {
    let mut tx = db.begin().await?;
    let asked = store::exports::ask(&mut tx, account_id).await?;
    if asked {
        NewJob::new(EXPORT, json!({ "account_id": account_id }))
            .dedupe(account_id.to_string())
            .enqueue(&mut *tx)
            .await?;
    }
    tx.commit().await?;
    Ok(asked)
}

pub(super) async fn find(db: &PgPool, account_id: i64) -> sqlx::Result<Option<ExportState>> {
    store::exports::find(db, account_id).await
}

pub(super) async fn part(db: &PgPool, account_id: i64, number: i32) -> sqlx::Result<Option<Vec<u8>>> {
    store::exports::part(db, account_id, number).await
}

/// Stores the file in place of what an attempt before this one left; false if nobody wants it any more.
pub async fn store_export(
    tx: &mut PgConnection,
    account_id: i64,
    mut file: impl Read,
) -> anyhow::Result<bool> {
    if !store::exports::lock(tx, account_id).await? {
        return Ok(false);
    }
    store::exports::clear(tx, account_id).await?;
    let (mut bytes, mut number) = (0, 0);
    loop {
        let mut part = Vec::with_capacity(PART_BYTES);
        file.by_ref().take(PART_BYTES as u64).read_to_end(&mut part)?;
        if part.is_empty() {
            break;
        }
        bytes += part.len() as i64;
        store::exports::insert_part(tx, account_id, number, &part).await?;
        number += 1;
    }
    store::exports::finish(tx, account_id, bytes).await?;
    Ok(true)
}

/// Forgets copies of more than 24 hours ago; run now and then.
pub async fn sweep_exports(db: &PgPool) -> sqlx::Result<u64> {
    store::exports::delete_old(db).await
}

/// The account, its profiles and its sessions, as JSON.
pub async fn export_account(db: &PgPool, account_id: i64) -> sqlx::Result<Option<serde_json::Value>> {
    store::exports::account(db, account_id).await
}
