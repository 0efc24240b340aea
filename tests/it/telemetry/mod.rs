//! What is seen from outside: metrics, and a request's id.

mod metrics;
mod request_id;
