//! One open stream as everyone sees it: who opened it from where, and what waits for it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::outbox::{Kind, Message, Outbox};

/// An open stream.
pub struct Connection {
    /// 40 random characters, known to its client alone.
    pub id: String,
    /// Its number in this process.
    pub(super) number: u64,
    /// The address it came from.
    pub ip: String,
    /// Where its first subscriptions begin: after this change, unless with the next one.
    pub since: Option<i64>,
    /// Shared by the connections of one transport.
    pub(super) outbox: Arc<Outbox>,
    /// The topics it subscribed to, as spelt.
    pub(super) topics: Mutex<Vec<Arc<str>>>,
    pub(super) gone: AtomicBool,
}

impl Connection {
    pub(super) fn is_gone(&self) -> bool {
        self.gone.load(Ordering::Acquire)
    }

    /// Ends the subscription to the topic of that name, with `data` as its last message; whether that was sent.
    pub(super) fn tell_once(&self, topic: &str, data: Option<&str>) -> bool {
        let mut topics = self.topics.lock().unwrap_or_else(PoisonError::into_inner);
        let named = |key: &Arc<str>| key.split('?').next() == Some(topic);
        let Some(index) = topics.iter().position(named) else { return false };
        let topic = topics.swap_remove(index);
        drop(topics);
        let Some(data) = data else { return false };
        let seen = self.since.unwrap_or(0);
        self.outbox.push(vec![Message { seen, kind: Kind::Event, topic, data: data.as_bytes().into() }]);
        !self.outbox.has_ended()
    }
}
