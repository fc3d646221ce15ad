//! One binary for all integration tests: the real server in this process, a folder per capability.

mod http;
mod store;
mod support;
mod tidy;
