//! What happened to somebody's account, for a notice to them: a durable job in the transaction of its cause.
//!
//! Notices stand above accounts, and handle the job; the letters about it are accounts' own (`letters.rs`).

use serde_json::json;
use sqlx::PgConnection;
use time::OffsetDateTime;

use super::store;
use crate::jobs::NewJob;

/// Its payload: `{"account_id": 1, "what": "password_changed", "at": 1790000000}`; `at` in seconds since 1970.
pub const SECURITY_JOB: &str = "accounts.security_notice";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecurityEvent {
    NewBrowser,
    PasswordChanged,
    EmailChanged,
    SecondFactorAdded,
    SecondFactorRemoved,
    PasskeyAdded,
    PasskeyRemoved,
    /// A personal token, for scripts.
    TokenMade,
    /// An app may act for its owner.
    AppAllowed,
    /// An app's refresh token came a second time, and so somebody else had it.
    AppTokenReused,
    /// An admin has taken the second factor away, or set a new password from the command line.
    RecoveredByAdmin,
}

impl SecurityEvent {
    pub const ALL: [Self; 11] = [
        Self::NewBrowser,
        Self::PasswordChanged,
        Self::EmailChanged,
        Self::SecondFactorAdded,
        Self::SecondFactorRemoved,
        Self::PasskeyAdded,
        Self::PasskeyRemoved,
        Self::TokenMade,
        Self::AppAllowed,
        Self::AppTokenReused,
        Self::RecoveredByAdmin,
    ];

    /// As jobs and notices have it, for ever.
    pub fn code(self) -> &'static str {
        match self {
            Self::NewBrowser => "new_browser",
            Self::PasswordChanged => "password_changed",
            Self::EmailChanged => "email_changed",
            Self::SecondFactorAdded => "second_factor_added",
            Self::SecondFactorRemoved => "second_factor_removed",
            Self::PasskeyAdded => "passkey_added",
            Self::PasskeyRemoved => "passkey_removed",
            Self::TokenMade => "token_made",
            Self::AppAllowed => "app_allowed",
            Self::AppTokenReused => "app_token_reused",
            Self::RecoveredByAdmin => "recovered_by_admin",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.code() == code)
    }

    /// In the transaction of the cause. A demo account is everybody's, so that nobody is told.
    pub(super) async fn enqueue(self, tx: &mut PgConnection, account_id: i64) -> sqlx::Result<()> {
        if store::accounts::is_demo(&mut *tx, account_id).await? {
            return Ok(());
        }
        let at = OffsetDateTime::now_utc().unix_timestamp();
        let payload = json!({ "account_id": account_id, "what": self.code(), "at": at });
        NewJob::new(SECURITY_JOB, payload).enqueue(tx).await.map(drop)
    }
}
