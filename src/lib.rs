//! Cratebase, as a map: modules import only from groups above their own; siblings in one group do not know each other.
//! `tests/tidy.rs` reads the `mod` lines below and checks every `use crate::…` against their order.

// 0 vocabulary: pure, no async, no I/O
pub mod clock;
pub mod error;
pub mod histogram;
pub mod id;
pub mod value;

// 1 shape of data
pub mod schema;

// 2 who asks
pub mod context;
pub mod settings;

// 3 language
pub mod expr;

// 4 SQL text
pub mod sql;

// 5 database
pub mod store;

// 6 platform
pub mod files;
pub mod later;
pub mod limits;
pub mod mail;
pub mod outbound;
pub mod passwords;

// 8 the heart
pub mod records;

// 9 features
pub mod auth;
pub mod certificates;
pub mod collections;
pub mod export;
pub mod import;
pub mod inventory;
pub mod jobs;
pub mod logs;
pub mod realtime;

// 10 what has to know features
pub mod backup;

// 11 outside
pub mod http;

// 12 assembly
pub mod app;
pub mod cli;
pub mod config;
