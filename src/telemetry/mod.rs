//! What is seen from outside: the log, and metrics for Prometheus.
//!
//! Invariant: neither has anything in it that names a person. A metric's labels come from fixed sets (a route's
//! pattern, a status class, a job's name), never from a request; a log's span has method, path and the request's id.
//!
//! `/metrics` is served on an address of its own (`HAGGLE_METRICS_ADDR`), off by default. Without it the `metrics`
//! facade has no recorder, and counting costs nothing. What is counted is said where it happens; what stands at a
//! level (sockets, queues, pool) is looked at when somebody reads (`app/gauges.rs`). [`names`] says what each means.

pub mod exporter;
pub mod log;
pub mod names;
