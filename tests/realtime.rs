//! Realtime through the real server: the protocol of the SDKs, who is told what, order, loss, and bounds.

mod delivery;
mod identity;
mod loss;
mod protocol;
mod rules;
mod socket;
mod stream;

pub use stream::{Event, Stream};
