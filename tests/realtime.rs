//! Realtime through the real server: the protocol of the SDKs, who is told what, order, loss, and bounds.

mod bulk;
mod delivery;
mod history;
mod identity;
mod loss;
mod protocol;
mod rules;
mod slow;
mod socket;
mod stream;

pub use stream::{Event, Stream};
