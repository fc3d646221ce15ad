//! One binary for all integration tests: the real server in this process, a folder per capability.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod auth;
mod cli;
mod collections;
mod files;
mod http;
mod import;
mod oauth2;
mod realtime;
mod records;
mod security;
mod store;
mod support;
mod tidy;
mod torture;
