//! The pages of chat, and their forms.

pub mod history;
mod inbox;
mod send;
