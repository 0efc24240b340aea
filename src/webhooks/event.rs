//! What webhooks tell: a type, and ids.

use serde_json::{Value, json};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// `product.created`, …
    pub kind: &'static str,
    /// By which a repeat of the same event is known.
    pub key: String,
    pub data: Value,
    /// Whose webhooks are told.
    pub account_id: i64,
}

impl Event {
    pub const PRODUCT_CREATED: &str = "product.created";
    pub const PRODUCT_UPDATED: &str = "product.updated";
    pub const PRODUCT_STATE_CHANGED: &str = "product.state_changed";
    pub const ROOM_CREATED: &str = "room.created";
    pub const MESSAGE_CREATED: &str = "message.created";
    pub const TEST: &str = "webhook.test";

    /// Those that can be chosen.
    pub const ALL: [&str; 5] = [
        Self::PRODUCT_CREATED,
        Self::PRODUCT_UPDATED,
        Self::PRODUCT_STATE_CHANGED,
        Self::ROOM_CREATED,
        Self::MESSAGE_CREATED,
    ];
    /// Of these the ones that everybody could see anyhow: the marketplace's own webhooks hear of no rooms.
    pub const PUBLIC: [&str; 3] = [Self::PRODUCT_CREATED, Self::PRODUCT_UPDATED, Self::PRODUCT_STATE_CHANGED];

    /// A message, for one of a room's two people.
    pub fn message(account_id: i64, room: &str, seq: i64, from: &str) -> Self {
        Event {
            kind: Self::MESSAGE_CREATED,
            key: format!("message {room} {seq}"),
            data: json!({ "room": room, "seq": seq, "from": from }),
            account_id,
        }
    }

    /// The first message of a room, for its seller.
    pub fn room(account_id: i64, room: &str) -> Self {
        Event {
            kind: Self::ROOM_CREATED,
            key: format!("room {room}"),
            data: json!({ "room": room }),
            account_id,
        }
    }

    /// As it is sent.
    pub(super) fn body(kind: &str, data: &Value) -> String {
        let at = OffsetDateTime::now_utc().format(&Rfc3339).unwrap_or_default();
        json!({ "type": kind, "timestamp": at, "data": data }).to_string()
    }
}
