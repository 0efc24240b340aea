//! `/api/v1`: the same marketplace, spoken as JSON. One more thin transport over the features: no rule lives here.
//!
//! ```text
//! Authorization: Bearer ──→ access: the person, and what the token may ──→ limits ──→ gate (as for pages)
//!         ↓
//! idempotency: a POST that was answered before is answered the same ──→ v1/*: one file for each thing
//!         ↓
//! etag: what the asker has already isn't sent ──→ problem details (RFC 9457) for whatever is refused
//! ```
//!
//! The document (OpenAPI 3.1) is made from the routes, `clients/openapi.json` is its committed form. What is there
//! changes by addition only; a break would be `/api/v2`.
//!
//! Invariant: every endpoint has its scope in its route, and no cookie opens any of them.

mod access;
mod document;
mod error;
mod idempotency;
mod json;
mod limits;
mod operation;
mod page;
mod paging;
mod routes;
mod sentences;
mod state;
mod store;
mod token_cache;
mod v1;

pub use document::json as openapi_json;
pub use idempotency::sweep as sweep_idempotency_keys;
pub use page::router as page_router;
pub use routes::router;
pub use state::{Dependencies, DocumentJson, Memory, State};
