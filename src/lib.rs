//! Haggle: a second-hand marketplace where buyer and seller talk directly.

pub mod accounts;
pub mod admin;
pub mod app;
pub mod chat;
pub mod cli;
pub mod config;
pub mod dashboard;
pub mod db;
pub mod products;
pub mod telemetry;
pub mod web;
