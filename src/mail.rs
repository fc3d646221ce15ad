//! Mail: filled templates on a queue, sent in the background, so that no request waits for a mail server.

pub mod message;
mod page;
pub mod queue;
pub mod template;
mod text;
mod transport;

pub use message::Mail;
pub use queue::{Dev, Mailer};
pub use transport::greet;

use thiserror::Error;

/// Why a mail was not taken by the next server.
#[derive(Debug, Error)]
pub enum Undelivered {
    /// No attempt will ever succeed: an address or a setting is wrong, or the server said so.
    #[error("{0}")]
    Refused(String),
    /// Another attempt may succeed.
    #[error("{0}")]
    Failed(String),
}
