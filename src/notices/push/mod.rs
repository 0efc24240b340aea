//! Web push: from a payload to a push service, and what its answer means.
//!
//! ```text
//! payload.rs  declarative JSON ─→ encrypt.rs  RFC 8291 ─┐
//! vapid.rs    RFC 8292, signed by our own key ──────────┴─→ client.rs ─→ https, never inside the house (endpoint.rs)
//! ```
//!
//! Any push service that speaks RFC 8030 works; none is known here by name.

pub(super) mod client;
pub(super) mod encrypt;
pub(super) mod endpoint;
pub(super) mod payload;
pub(super) mod vapid;
