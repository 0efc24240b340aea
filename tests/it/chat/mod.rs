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
