//! The web kit: what every page needs and no page is about. It knows no feature.
//!
//! A handler takes its input through [`extract`], shows a page around a [`Shell`], and returns
//! [`Error`] for whatever isn't its page; `app.rs` turns that error into a page for a browser
//! and into JSON for a program.

pub mod admission;
mod around;
pub mod assets;
pub mod client_addr;
pub mod compression;
pub mod concurrency_limit;
pub mod connection;
pub mod error;
pub mod error_page;
pub mod etag;
pub mod extract;
pub mod field_problem;
pub mod filters;
pub mod flash;
pub mod forgery;
pub mod form;
pub mod headers;
pub mod health;
pub mod house_time;
pub mod http_server;
pub mod look_alike;
pub mod marketplace;
pub mod multipart;
pub mod native_apps;
pub mod paging;
pub mod problem;
pub mod request_id;
pub mod request_metrics;
pub mod request_pace;
pub mod return_to;
mod sentences;
pub mod service_worker;
pub mod shell;
pub mod timeouts;
pub mod well_known;

pub use around::Around;
pub use client_addr::ClientAddr;
pub use error::{Error, PlainError, Result};
pub use extract::{Form, Path, Query, StrictQuery, wants_json};
pub use field_problem::FieldProblem;
pub use flash::Flash;
pub use form::FieldErrors;
pub use marketplace::{Contact, LegalLink, LiveMarketplace, Logo, Marketplace, Registration, Theme};
pub use native_apps::NativeApps;
pub use paging::Pager;
pub use return_to::{ReturnForm, ReturnTo};
pub use shell::{LoadShell, Shell, ShellPending, ShellSource, ShellUser};
pub use timeouts::{with_request_timeout, with_task_timeout};
