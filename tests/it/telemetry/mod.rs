//! What is seen from outside: metrics, and a request's id.

mod metrics;
mod operations;
mod request_id;
