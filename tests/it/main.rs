//! The program as people meet it, over HTTP, on a real PostgreSQL.
//!
//! One folder or file per feature, as in `src/`; who acts in them is in [`support`].

#![allow(clippy::unwrap_used, reason = "a failed step is a failed test")]

mod accounts;
mod admin;
mod api;
mod architecture;
mod assets;
mod backup;
mod catalog;
mod chat;
mod cli;
mod dashboard;
mod errors;
mod installed_app;
mod jobs;
mod least_privilege;
mod legal;
mod mail;
mod marketplace;
mod migrations;
mod notices;
mod products;
mod routes;
mod safety;
mod seed;
mod settings;
mod start;
#[allow(dead_code, unused_imports, reason = "a kit: not every part is in use at every time")]
mod support;
mod telemetry;
mod webhooks;
