//! The kind of notices about somebody's own account: password, sessions, address.
//!
//! Accounts stand below notices and can't name them: what happened comes as a durable job, enqueued in the transaction
//! of its cause. The letters about it are accounts' own and can't be switched off.

use std::time::Duration;

use async_trait::async_trait;
use serde_json::Value;
use sqlx::PgPool;
use time::OffsetDateTime;

use super::{
    kind::{Channel, Kind, Words},
    notice::{NewNotice, Notice},
    record::record,
};
use crate::accounts::SecurityEvent;
use crate::notices::sentences;

#[derive(Clone, Copy, Debug, Default)]
pub struct AccountSecurity;

#[async_trait]
impl Kind for AccountSecurity {
    fn code(&self) -> &'static str {
        "account"
    }

    fn label(&self) -> &'static str {
        "Your account’s security"
    }

    fn push(&self) -> Channel {
        Channel::On(Duration::ZERO)
    }

    fn mail(&self) -> Channel {
        Channel::Always
    }

    fn is_urgent(&self) -> bool {
        true
    }

    async fn describe(&self, _: &PgPool, notices: &[Notice]) -> sqlx::Result<Vec<Option<Words>>> {
        // None for what a newer version tells.
        let words_of = |notice: &Notice| SecurityEvent::from_code(&notice.subject).map(sentence).map(words);
        Ok(notices.iter().map(words_of).collect())
    }
}

fn words(text: &'static str) -> Words {
    Words {
        title: "Your account".to_owned(),
        headline: "Something about your account".to_owned(),
        text: text.to_owned(),
        discreet: "Something about your account",
        path: "/account".to_owned(),
        icon: "shield-check",
        ..Words::default()
    }
}

fn sentence(event: SecurityEvent) -> &'static str {
    match event {
        SecurityEvent::NewBrowser => sentences::SOMEBODY_SIGNED_IN_FROM_A_BROWSER_THAT_IS_NEW,
        SecurityEvent::PasswordChanged => sentences::YOUR_PASSWORD_WAS_CHANGED,
        SecurityEvent::EmailChanged => sentences::YOUR_EMAIL_ADDRESS_WAS_CHANGED,
        SecurityEvent::SecondFactorAdded => sentences::YOUR_ACCOUNT_HAS_A_SECOND_FACTOR_NOW,
        SecurityEvent::SecondFactorRemoved => sentences::THE_SECOND_FACTOR_WAS_TAKEN_AWAY_FROM_YOUR_ACCOUNT,
        SecurityEvent::PasskeyAdded => sentences::A_PASSKEY_WAS_ADDED_TO_YOUR_ACCOUNT,
        SecurityEvent::PasskeyRemoved => sentences::A_PASSKEY_WAS_REMOVED_FROM_YOUR_ACCOUNT,
        SecurityEvent::TokenMade => sentences::A_TOKEN_FOR_YOUR_ACCOUNT_WAS_MADE,
        SecurityEvent::AppAllowed => sentences::AN_APP_MAY_USE_YOUR_ACCOUNT_NOW,
        SecurityEvent::AppTokenReused => sentences::AN_APPS_TOKEN_WAS_USED_TWICE,
        SecurityEvent::RecoveredByAdmin => sentences::AN_ADMIN_GAVE_YOU_A_NEW_WAY_TO_SIGN,
    }
}

/// The handler of [`SECURITY_JOB`](crate::accounts::SECURITY_JOB) (idempotent: the notice has the cause's time).
pub async fn record_account_security(db: &PgPool, payload: &Value) -> anyhow::Result<()> {
    let (Some(account_id), Some(what)) = (payload["account_id"].as_i64(), payload["what"].as_str()) else {
        anyhow::bail!("a payload of no known shape: {payload}");
    };
    let at = payload["at"].as_i64().and_then(|at| OffsetDateTime::from_unix_timestamp(at).ok());
    let at = at.unwrap_or_else(OffsetDateTime::now_utc);
    let notice = NewNotice::new(account_id, what, at);
    let mut tx = db.begin().await?;
    record(&mut tx, &AccountSecurity, &[notice]).await?;
    Ok(tx.commit().await?)
}
