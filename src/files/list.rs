//! All files of a store, one after the other, however many there are.

use std::time::SystemTime;

use futures_util::StreamExt as _;
use futures_util::stream::{self, BoxStream};
use tokio::sync::mpsc;

use crate::error::Result;

/// Files that wait to be looked at.
const AHEAD: usize = 256;

/// A file of a store.
#[derive(Debug)]
pub struct Listed {
    pub key: String,
    /// Bytes.
    pub size: u64,
    pub modified: SystemTime,
}

/// Ends after its first error.
pub type Listing = BoxStream<'static, Result<Listed>>;

/// A listing that `walk` makes on a thread of its own. It tells each file and stops when it is answered false.
pub(super) fn walk(walk: impl FnOnce(&dyn Fn(Result<Listed>) -> bool) -> bool + Send + 'static) -> Listing {
    let (sender, receiver) = mpsc::channel(AHEAD);
    tokio::task::spawn_blocking(move || {
        walk(&|listed: Result<Listed>| {
            let goes_on = listed.is_ok();
            sender.blocking_send(listed).is_ok() && goes_on
        })
    });
    stream::unfold(receiver, |mut receiver| async move { Some((receiver.recv().await?, receiver)) }).boxed()
}
