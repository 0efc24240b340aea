//! The API, as programs use it.

mod chat;
mod conventions;
mod document;
mod everyone;
mod notices;
mod selling;
