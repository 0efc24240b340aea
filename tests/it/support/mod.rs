//! People using the real program: a marketplace of its own for every test, actors with cookie jars,
//! pages asked with selectors.
//!
//! ```ignore
//! let app = TestApp::start().await;
//! let ana = app.buyer("Ana").await;
//! let page = ana.get("/messages").await.ok();
//! assert_eq!(page.text("h1"), "My Messages");
//! ```

mod app;
mod authenticator;
pub mod databases;
mod db_proxy;
mod factory;
mod fixtures;
mod mail;
mod page;
mod person;
mod process;
mod program;
mod push_service;
mod s3;
mod search_index;
mod socket;
mod wait;

pub use app::{TestApp, sweep};
pub use authenticator::Authenticator;
pub use databases::TestDatabase;
pub use db_proxy::DbProxy;
pub use factory::{Product, picture, room};
pub use mail::Received;
pub use page::{Form, Page};
pub use person::{PASSWORD, Person};
pub use process::Process;
pub use program::{Program, SCOPES};
pub use push_service::{Push, PushService};
pub use s3::S3;
pub use socket::Socket;
pub use wait::{eventually, within_deadline};
