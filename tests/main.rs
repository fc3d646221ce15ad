//! One binary for all integration tests: the real server in this process, a folder per capability.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod auth;
mod backup;
mod cli;
mod collections;
mod crons;
mod doctor;
mod export;
mod files;
mod http;
mod https;
mod import;
mod logs;
mod oauth2;
mod realtime;
mod records;
mod security;
mod sql;
mod store;
mod support;
mod tidy;
mod torture;
