//! The web kit: what every page needs and no page is about. It knows no feature.
//!
//! A handler takes its input through [`extract`], shows a page around a [`Shell`], and returns
//! [`Error`] for whatever isn't its page; `app.rs` turns that error into a page for a browser
//! and into JSON for a program.

pub mod assets;
pub mod client_addr;
pub mod connections;
pub mod error;
pub mod extract;
pub mod filters;
pub mod flash;
pub mod forgery;
pub mod form;
pub mod headers;
pub mod health;
pub mod multipart;
pub mod next;
pub mod paging;
pub mod patience;
pub mod session;
pub mod shell;
pub mod turns;

pub use client_addr::ClientAddr;
pub use error::{Error, Result};
pub use extract::{Form, Path, Query, wants_json};
pub use flash::Flash;
pub use form::FieldErrors;
pub use next::{Back, Next};
pub use paging::Pager;
pub use patience::{in_time, promptly};
pub use shell::{Shell, ShellUser};
