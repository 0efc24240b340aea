//! Notices: what somebody is told of besides the page they look at. One row, three readers: bell, push, mail.
//!
//! ```text
//! a feature, in the transaction of the cause ── record() ─┐
//! chat's tail: rooms with something unread ───────────────┴─→ notices (account, kind, subject)
//!                                                               ├─ the bell: a counter, a page, live by NOTIFY
//!                                                               ├─ push_at → dispatch.rs → push/ → push services
//!                                                               └─ mail_at → one letter for all that waits
//! ```
//!
//! A feature says what its notices are called and what stands in them by a [`Kind`], in its own `notices.rs`;
//! `app.rs` registers them, and a further kind is one file. A notice keeps no words: they are asked for when somebody
//! reads, is pushed or is written to, so that what was read, hidden or taken back meanwhile is told nowhere.
//!
//! Invariant: a notice is unique by account, kind and subject; a repeat updates it, and reading it anywhere ends what
//! waits to be pushed or mailed.

mod account_security;
mod bell;
mod choices;
mod kind;
mod letters;
mod notice;
mod pages;
mod programs;
mod push;
mod pusher;
mod record;
mod routes;
mod sentences;
mod state;
mod store;
mod sweep;
mod unsubscribe;
mod views;

pub use account_security::{AccountSecurity, record_account_security};
pub use bell::{Bell, BellSubscription};
pub use kind::{Channel, Kind, Kinds, Words};
pub use letters::Letters;
pub use notice::{NewNotice, Notice};
pub use programs::{
    NoticeChoice, NoticeSettings, forget_device, mark_notices_read, notice_settings, notices_before,
    push_key, save_notice_settings, subscribe_device,
};
pub use push::{
    client::{PushClient, outbound_client},
    endpoint::{AllowedNetworks, Endpoint},
};
pub use pusher::Pusher;
pub use record::{database_time, mark_read, record, unread};
pub use routes::router;
pub use state::State;
pub use sweep::{forget_account, sweep};
pub use unsubscribe::UnsubscribeKey;
