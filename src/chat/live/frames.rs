//! Frames of sockets and programs: JSON, tagged by `type`. Others ignore what they don't know, and so do we.

use axum::extract::ws::Utf8Bytes;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::chat::domain::{outcome::SendError, position::ReadMarks, room_key::RoomKey, side::Side};

/// From a client.
#[derive(Debug, PartialEq, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "lowercase")]
pub enum ClientFrame {
    Send {
        client_id: Uuid,
        body: String,
        #[serde(default)]
        product_id: Option<i64>,
    },
    Read {
        seq: i64,
    },
    /// A visible page shows the room up to here, whether or not it counts as read.
    Shown {
        seq: i64,
    },
    Typing,
    #[serde(other)]
    Unknown,
}

impl ClientFrame {
    /// None if it can't be understood. Only objects are frames, though serde would take arrays too.
    pub fn parse(text: &str) -> Option<Self> {
        let is_object = text.trim_start().starts_with('{');
        is_object.then(|| serde_json::from_str(text).ok()).flatten()
    }
}

/// To a client.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(tag = "type", rename_all = "lowercase")]
pub enum ServerFrame<'a> {
    Hello {
        last_seq: i64,
        read: ReadMarks,
        online: bool,
        /// How many changes of its entries the room has had.
        rev: i64,
    },
    Message(EntryFrame<'a>),
    Read {
        by: Side,
        seq: i64,
    },
    Typing {
        by: Side,
    },
    Presence {
        who: Side,
        online: bool,
    },
    Error {
        #[serde(skip_serializing_if = "Option::is_none")]
        client_id: Option<Uuid>,
        code: &'static str,
        message: String,
    },
    /// An entry that was told before has changed.
    Changed {
        seq: i64,
        rev: i64,
        html: String,
    },
    /// A product of the room's seller stands elsewhere now.
    Product {
        product_id: i64,
        state: &'a str,
        label: &'a str,
    },
    Resync,
    /// The first frame of an inbox.
    #[serde(rename = "hello")]
    InboxHello {
        total: i64,
        /// How many notices haven't been read.
        notices: i64,
    },
    Inbox {
        #[schema(value_type = String)]
        room: RoomKey,
        unread: i64,
        total: i64,
    },
    /// On an inbox: how many notices haven't been read now.
    Notices {
        unread: i64,
    },
}

/// An entry as programs get it, by socket and by history.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub enum EntryFrame<'a> {
    Shown(ShownEntry<'a>),
    /// Only that there is one, so that numbers have no holes.
    Withheld {
        seq: i64,
        kind: WithheldKind,
        html: &'static str,
    },
}

/// What tells it apart from an entry that is shown.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum WithheldKind {
    Withheld,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ShownEntry<'a> {
    pub seq: i64,
    /// `text`, `photo`, … Others may come.
    pub kind: &'a str,
    pub from: Side,
    pub client_id: Uuid,
    pub body: &'a str,
    #[schema(required)]
    pub product_id: Option<i64>,
    #[serde(with = "time::serde::rfc3339")]
    pub sent_at: OffsetDateTime,
    pub html: String,
}

/// A page of history.
#[derive(Serialize)]
pub struct HistoryFrame<'a> {
    pub entries: Vec<EntryFrame<'a>>,
    pub last_seq: i64,
    pub read: ReadMarks,
    pub more: bool,
    /// How many changes of entries the room has had, for the next `changed_since`.
    pub rev: i64,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub changed: Vec<ChangedFrame>,
}

/// An entry that changed after `changed_since`.
#[derive(Serialize, ToSchema)]
pub struct ChangedFrame {
    pub seq: i64,
    pub html: String,
}

impl EntryFrame<'_> {
    pub fn withheld(seq: i64) -> Self {
        EntryFrame::Withheld { seq, kind: WithheldKind::Withheld, html: "" }
    }
}

impl ServerFrame<'_> {
    pub fn rejected(client_id: Option<Uuid>, error: SendError) -> Self {
        ServerFrame::Error { client_id, code: error.code(), message: error.to_string() }
    }

    /// The frame's text, made once and then shared by every socket.
    pub fn text(&self) -> Utf8Bytes {
        // Room enough for most, so that it isn't moved while it grows.
        let mut text = Vec::with_capacity(match self {
            ServerFrame::Message(EntryFrame::Shown(entry)) => {
                256 + entry.body.len() + entry.html.len() * 9 / 8
            }
            _ => 128,
        });
        let written = serde_json::to_writer(&mut text, self);
        written.ok().and_then(|()| text.try_into().ok()).unwrap_or_else(|| {
            tracing::error!("a frame could not be written");
            Utf8Bytes::from_static(r#"{"type":"resync"}"#)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn frames_that_we_do_not_know_are_ignored_and_broken_ones_refused() {
        let parse = ClientFrame::parse;
        assert_eq!(parse(r#" {"type":"dance","a":1}"#), Some(ClientFrame::Unknown));
        assert_eq!(parse(r#"{"type":"read","seq":4,"new":true}"#), Some(ClientFrame::Read { seq: 4 }));
        for broken in [
            "",
            "1",
            "[]",
            r#"["typing"]"#,
            "{}",
            r#"{"type":"read"}"#,
            r#"{"type":"send","body":"a"}"#,
            r#"{"type":"send","client_id":"x","body":"a"}"#,
        ] {
            assert_eq!(parse(broken), None, "{broken}");
        }
    }

    proptest! {
        #[test]
        fn no_frame_panics(text in "\\PC*|\\{\"type\":\"(send|read|typing)\"[^}]{0,60}\\}") {
            let _ = ClientFrame::parse(&text);
        }
    }
}
