//! A second factor: a code by an app at every sign-in, or one of ten recovery codes. The other kind of second factor,
//! passkeys, comes with the same recovery codes.
//!
//! ```text
//! begin → secret, sealed, unconfirmed ─ a first code ─→ confirmed, ten recovery codes shown once
//! check → code of a step that wasn't used yet, or a recovery code that is left
//! ```
//!
//! Invariant: a code works once, on whichever node and however many ask at once: using it is an UPDATE or a DELETE that
//! one of them wins.

use qrcode::{QrCode, render::svg};
use sha2::{Digest as _, Sha256};
use sqlx::{PgConnection, PgPool};
use time::OffsetDateTime;

use super::{sealing::SealingKey, security_events::SecurityEvent, store, totp};
use crate::web::Result;

const RECOVERY_CODES: usize = 10;

/// What an app needs, for a page that is shown to its owner only.
pub(super) struct Enrolment {
    /// To type.
    pub secret: String,
    /// To scan, as SVG.
    pub qr: String,
}

/// The unconfirmed secret; a new one if there is none.
pub(super) async fn begin(
    db: &PgPool,
    key: &SealingKey,
    account_id: i64,
    (marketplace, email): (&str, &str),
) -> Result<Enrolment> {
    let fresh: [u8; totp::SECRET_BYTES] = rand::random();
    let sealed = store::second_factors::begin(db, account_id, &key.seal(account_id, &fresh)).await?;
    // One that another key made is of no use to anybody.
    let secret = match key.open(account_id, &sealed) {
        Ok(secret) => secret,
        Err(_) => {
            store::second_factors::replace_unconfirmed(db, account_id, &key.seal(account_id, &fresh)).await?;
            fresh.to_vec()
        }
    };
    let text = totp::base32(&secret);
    let encode = |text: &str| {
        percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
    };
    let (issuer, label) = (encode(marketplace), encode(email));
    let uri = format!("otpauth://totp/{issuer}:{label}?secret={text}&issuer={issuer}");
    let qr = QrCode::new(&uri).map_err(|error| anyhow::anyhow!("QR code: {error}"))?;
    let qr = qr.render::<svg::Color<'_>>().min_dimensions(200, 200).build();
    // Without the XML declaration it can stand in a page.
    let qr = qr.split_once("?>").map_or(qr.as_str(), |(_, svg)| svg).to_owned();
    Ok(Enrolment { secret: text, qr })
}

/// The recovery codes, if the first code was right.
pub(super) async fn confirm(
    db: &PgPool,
    key: &SealingKey,
    account_id: i64,
    code: &str,
) -> Result<Option<Vec<String>>> {
    let mut tx = db.begin().await?;
    if !use_totp(&mut tx, key, account_id, code, false).await? {
        return Ok(None);
    }
    if !store::second_factors::confirm(&mut *tx, account_id).await? {
        return Ok(None);
    }
    let codes = replace_recovery_codes(&mut tx, account_id).await?;
    SecurityEvent::SecondFactorAdded.enqueue(&mut tx, account_id).await?;
    tx.commit().await?;
    Ok(Some(codes))
}

/// Uses up a code of the app, or a recovery code.
pub(super) async fn check(db: &PgPool, key: &SealingKey, account_id: i64, attempt: &str) -> Result<bool> {
    let mut tx = db.begin().await?;
    let plain = plain_recovery_code(attempt);
    let is_right = use_totp(&mut tx, key, account_id, attempt, true).await?
        || store::second_factors::use_recovery_code(&mut *tx, account_id, &hash(&plain)).await?;
    tx.commit().await?;
    Ok(is_right)
}

/// New recovery codes in place of those that are left.
pub(super) async fn renew_recovery_codes(db: &PgPool, account_id: i64) -> Result<Vec<String>> {
    let mut tx = db.begin().await?;
    let codes = replace_recovery_codes(&mut tx, account_id).await?;
    tx.commit().await?;
    Ok(codes)
}

/// Without the app from now on. The recovery codes stay for as long as there is a passkey.
pub(super) async fn remove_app(db: &PgPool, account_id: i64) -> Result<()> {
    let mut tx = db.begin().await?;
    store::second_factors::remove_app(&mut *tx, account_id).await?;
    store::second_factors::remove_idle_codes(&mut *tx, account_id).await?;
    SecurityEvent::SecondFactorRemoved.enqueue(&mut tx, account_id).await?;
    Ok(tx.commit().await?)
}

/// The passkey's name; nothing if it isn't theirs.
pub(super) async fn remove_passkey(db: &PgPool, account_id: i64, id: i64) -> Result<Option<String>> {
    let mut tx = db.begin().await?;
    let name = store::passkeys::remove(&mut *tx, account_id, id).await?;
    store::second_factors::remove_idle_codes(&mut *tx, account_id).await?;
    if name.is_some() {
        SecurityEvent::PasskeyRemoved.enqueue(&mut tx, account_id).await?;
    }
    tx.commit().await?;
    Ok(name)
}

async fn use_totp(
    tx: &mut PgConnection,
    key: &SealingKey,
    account_id: i64,
    attempt: &str,
    confirmed: bool,
) -> Result<bool> {
    let digits: String = attempt.chars().filter(|c| !c.is_whitespace()).collect();
    if digits.len() != 6 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(false);
    }
    let Ok(code) = digits.parse() else { return Ok(false) };
    let Some(row) = store::second_factors::secret(&mut *tx, account_id, confirmed).await? else {
        return Ok(false);
    };
    let secret = key.open(account_id, &row.sealed)?;
    let now = totp::step_at(OffsetDateTime::now_utc().unix_timestamp());
    match totp::matching_step(&secret, code, now, row.last_step) {
        Some(step) => Ok(store::second_factors::use_step(tx, account_id, step).await?),
        None => Ok(false),
    }
}

pub(super) async fn replace_recovery_codes(tx: &mut PgConnection, account_id: i64) -> Result<Vec<String>> {
    let codes: Vec<String> = (0..RECOVERY_CODES).map(|_| new_recovery_code()).collect();
    let hashes: Vec<Vec<u8>> = codes.iter().map(|code| hash(&plain_recovery_code(code))).collect();
    store::second_factors::replace_recovery_codes(tx, account_id, &hashes).await?;
    Ok(codes)
}

/// 80 random bits, in fours: `ABCD-EFGH-…`
fn new_recovery_code() -> String {
    let text = totp::base32(&rand::random::<[u8; 10]>());
    let fours: Vec<&str> = (0..text.len()).step_by(4).map(|at| &text[at..at + 4]).collect();
    fours.join("-")
}

/// However it is typed.
fn plain_recovery_code(text: &str) -> String {
    text.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).take(64).collect()
}

fn hash(code: &str) -> Vec<u8> {
    Sha256::digest(code.as_bytes()).to_vec()
}
