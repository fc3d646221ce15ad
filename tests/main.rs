//! One binary for all integration tests: the real server in this process, a folder per capability.

mod http;
mod support;
mod tidy;
