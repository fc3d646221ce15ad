//! What was decided goes into outboxes.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::connection::Connection;
use super::group::Subscriber;
use super::judge::Told;
use super::outbox::{Kind, Message, Outbox};
use super::worker::Worker;

/// One message for one connection.
struct Delivery {
    connection: Arc<Connection>,
    topic: Arc<str>,
    data: Arc<[u8]>,
}

impl Worker {
    /// To those subscribers of each group that are among `whom`; a group nobody could decide for starts over.
    pub(super) fn send(
        &self,
        told: Vec<(i64, Told)>,
        whom: impl Fn(&Subscriber) -> bool,
        how: fn(&Outbox, Vec<Message>),
    ) {
        for (seq, told) in told {
            let mut deliveries = Vec::new();
            for (id, data) in told {
                let Some(data) = data else {
                    self.fail(id);
                    continue;
                };
                let subscribers = self.groups.subscribers(id).iter().filter(|subscriber| whom(subscriber));
                deliveries.extend(subscribers.map(|subscriber| Delivery {
                    connection: subscriber.connection.clone(),
                    topic: subscriber.topic.clone(),
                    data: data.clone(),
                }));
            }
            self.shared.figures.messages.fetch_add(deliveries.len() as u64, Ordering::Relaxed);
            fill(seq, deliveries, how);
        }
    }
}

/// Fills the outboxes with what one change has come to. A client has seen a change when it has the last of its messages.
fn fill(seq: i64, mut deliveries: Vec<Delivery>, how: fn(&Outbox, Vec<Message>)) {
    deliveries.sort_by_key(|delivery| delivery.connection.number);
    for messages in deliveries.chunk_by(|a, b| a.connection.number == b.connection.number) {
        let Some((last, _)) = messages.split_last() else { continue };
        let count = messages.len();
        let message = |(index, delivery): (usize, &Delivery)| Message {
            seen: if index + 1 == count { seq } else { seq - 1 },
            kind: Kind::Event,
            topic: delivery.topic.clone(),
            data: delivery.data.clone(),
        };
        how(&last.connection.outbox, messages.iter().enumerate().map(message).collect());
    }
}
