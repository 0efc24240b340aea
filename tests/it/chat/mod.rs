//! Buyer and seller, talking. The folders are those of `src/chat/`.

mod access;
mod attachments;
mod content;
mod demo_dialogue;
mod live;
mod pages;
mod search;
mod sockets;
mod write;

use serde_json::{Value, json};
use uuid::Uuid;

/// The frame of a new message.
pub fn send(body: &str) -> Value {
    json!({ "type": "send", "client_id": Uuid::new_v4(), "body": body })
}
