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

/// Its payload: `{"account_id": 1, "what": "password_changed", "at": 1790000000}`; `at` in seconds since 1970.
pub const ACCOUNT_SECURITY_JOB: &str = "accounts.security_notice";

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
        Ok(notices.iter().map(|notice| sentence(&notice.subject).map(words)).collect())
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

/// None for what a newer version tells.
fn sentence(what: &str) -> Option<&'static str> {
    Some(match what {
        "password_changed" => {
            "Your password was changed. If that wasn’t you, write to whoever runs this marketplace."
        }
        "new_browser" => {
            "Somebody signed in from a browser that is new here. If that wasn’t you, change your password."
        }
        "email_changed" => "Your email address was changed.",
        "two_factor_changed" => "Your second factor was changed.",
        _ => return None,
    })
}

/// The job's handler (idempotent: the notice has the cause's time).
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
