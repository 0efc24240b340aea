//! OAuth 2 for native apps (RFC 6749, 7636, 8252, 9700): an app acts for somebody who said yes on a page of ours.
//!
//! ```text
//! GET  /oauth/authorize   an app sends somebody in the system browser → our sign-in → the question
//! POST /oauth/authorize   yes → back to the app with a code (60 s, once)
//! POST /oauth/token       code and PKCE verifier → access and refresh token; refresh token → the next pair
//! POST /oauth/revoke      the app signs out
//! ```
//!
//! Clients are public: they keep no secret, and what they are known by is where they may be sent (`redirect.rs`) and the
//! PKCE verifier (`pkce.rs`). An admin registers them; there is no dynamic registration. Invariant: nobody is sent to an
//! address that isn't registered, and a code or a refresh token works once (`refresh.rs` says when an answer is repeated).

mod client;
mod code;
mod error;
mod pkce;
mod redirect;
mod refresh;
mod request;

pub(super) use client::find as find_client;
pub use client::{App, MAX_APPS, NewApp, add_app, apps, remove_app};
pub(super) use code::{Exchange, exchange, issue};
pub(super) use error::{OAuthError, Tokens};
pub use redirect::{AppRedirects, RedirectUri};
pub(super) use refresh::{refresh, revoke};
pub(super) use request::{AuthorizationRequest, Fault, PageFault};
