//! The collection scenarios alone, until one integration binary runs them all.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests say so")]

mod collections;
