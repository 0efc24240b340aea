//! Webhooks and their deliveries as values.

use time::OffsetDateTime;

use super::sentences;

/// Of one account, and of the marketplace itself.
pub const MAX_PER_ACCOUNT: i64 = 10;

#[derive(Clone, Debug)]
pub struct Webhook {
    pub id: i64,
    pub url: String,
    pub events: Vec<String>,
    pub is_enabled: bool,
    /// Why it isn't, where nobody switched it off.
    pub disabled_reason: String,
    pub created_at: OffsetDateTime,
}

/// A call, as the log shows it.
#[derive(Clone, Debug)]
pub struct DeliveryLine {
    pub id: uuid::Uuid,
    pub event: String,
    /// `waiting`, `delivered`, `failed`.
    pub state: String,
    pub attempts: i32,
    pub answer_status: Option<i32>,
    pub error: String,
    pub created_at: OffsetDateTime,
    /// When it is tried again, while it waits.
    pub next_at: OffsetDateTime,
}

/// Why a webhook can't be as somebody wants it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WebhookError {
    #[error("{}", sentences::AN_ADDRESS_OF_THE_OPEN_INTERNET)]
    Url,
    #[error("{}", sentences::CHOOSE_WHAT_TO_BE_TOLD)]
    Events,
    #[error("{}", sentences::that_are_enough_webhooks(MAX_PER_ACCOUNT))]
    TooMany,
}

impl WebhookError {
    /// The part of the request that it is about.
    pub fn field(self) -> &'static str {
        match self {
            Self::Url => "url",
            Self::Events => "events",
            Self::TooMany => "",
        }
    }
}
