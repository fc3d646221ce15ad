//! What waits for one connection: ordered and bounded. When it is full, the connection ends; nothing is left out.

use std::collections::{HashSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

/// One message; its text is shared with everybody who gets the same.
#[derive(Clone, Debug)]
pub struct Message {
    /// Whoever has seen this message has seen every change up to here.
    pub seen: i64,
    pub kind: Kind,
    pub topic: Arc<str>,
    /// One line of JSON.
    pub data: Arc<[u8]>,
}

/// What a message is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Event,
    /// Missed changes are no longer known: whoever watches the topic has to read everything again.
    Reset,
}

/// Why a connection ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Farewell {
    /// Its reader was too slow, or what it may see could not be told: it has to come back and ask anew.
    Behind,
    Shutdown,
}

/// What comes next.
#[derive(Debug)]
pub enum Next {
    Messages(Vec<Message>),
    End(Farewell),
}

/// How much may wait.
#[derive(Clone, Copy, Debug)]
pub struct Room {
    pub messages: usize,
    pub bytes: usize,
}

/// The queue.
pub struct Outbox {
    state: Mutex<State>,
    news: Notify,
    room: Room,
}

#[derive(Default)]
struct State {
    queue: VecDeque<Message>,
    bytes: usize,
    end: Option<Farewell>,
    /// Connections that are told more as soon as there is room.
    hungry: HashSet<u64>,
}

/// Bytes handed out at once: they become one write.
const PORTION: usize = 64 << 10;

impl Outbox {
    pub fn new(room: Room) -> Self {
        Outbox { state: Mutex::default(), news: Notify::new(), room }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Appends messages; if they do not fit, the outbox ends with [`Farewell::Behind`].
    pub fn push(&self, messages: Vec<Message>) {
        let mut state = self.state();
        append(&mut state, messages);
        // A single message may be larger than all the room there is.
        let full = state.queue.len() > self.room.messages || state.bytes > self.room.bytes;
        if full && state.queue.len() > 1 {
            end(&mut state, Farewell::Behind);
        }
        drop(state);
        self.news.notify_one();
    }

    /// Appends messages whether they fit or not: by someone who waits for room before the next ones.
    pub fn fill(&self, messages: Vec<Message>) {
        append(&mut self.state(), messages);
        self.news.notify_one();
    }

    /// Nothing more follows; what waits is dropped.
    pub fn end(&self, why: Farewell) {
        end(&mut self.state(), why);
        self.news.notify_one();
    }

    /// Whether half of the room is free; if not, the connection of that number is among [`Outbox::hungry`] once it is.
    pub fn has_room_for(&self, number: u64) -> bool {
        let mut state = self.state();
        let roomy = self.is_roomy(&state);
        if !roomy {
            state.hungry.insert(number);
        }
        roomy
    }

    /// Who waited for the room there is now.
    pub fn hungry(&self) -> HashSet<u64> {
        let mut state = self.state();
        if self.is_roomy(&state) { std::mem::take(&mut state.hungry) } else { HashSet::new() }
    }

    fn is_roomy(&self, state: &State) -> bool {
        state.queue.len() * 2 <= self.room.messages && state.bytes * 2 <= self.room.bytes
    }

    pub fn has_ended(&self) -> bool {
        self.state().end.is_some()
    }

    /// Waits for what comes next; to be called by one reader.
    pub async fn next(&self) -> Next {
        loop {
            if let Some(next) = self.take() {
                return next;
            }
            self.news.notified().await;
        }
    }

    fn take(&self) -> Option<Next> {
        let mut state = self.state();
        if let Some(why) = state.end {
            return Some(Next::End(why));
        }
        let mut messages = Vec::new();
        let mut bytes = 0;
        while bytes < PORTION
            && let Some(message) = state.queue.pop_front()
        {
            bytes += cost(&message);
            messages.push(message);
        }
        state.bytes -= bytes.min(state.bytes);
        (!messages.is_empty()).then_some(Next::Messages(messages))
    }
}

fn append(state: &mut State, messages: Vec<Message>) {
    if state.end.is_some() {
        return;
    }
    for message in messages {
        state.bytes += cost(&message);
        state.queue.push_back(message);
    }
}

fn end(state: &mut State, why: Farewell) {
    state.end.get_or_insert(why);
    state.queue = VecDeque::new();
    state.bytes = 0;
}

fn cost(message: &Message) -> usize {
    message.topic.len() + message.data.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(seen: i64, bytes: usize) -> Message {
        Message { seen, kind: Kind::Event, topic: "t".into(), data: vec![b'x'; bytes].into() }
    }

    fn outbox() -> Outbox {
        Outbox::new(Room { messages: 3, bytes: 1000 })
    }

    fn seen(outbox: &Outbox) -> Vec<i64> {
        match outbox.take() {
            Some(Next::Messages(messages)) => messages.iter().map(|message| message.seen).collect(),
            Some(Next::End(why)) => panic!("{why:?}"),
            None => vec![],
        }
    }

    #[test]
    fn messages_come_in_order_and_once() {
        let outbox = outbox();
        outbox.push((1..=3).map(|seen| message(seen, 1)).collect());
        assert!(!outbox.has_room_for(7));
        assert!(outbox.hungry().is_empty());
        assert_eq!(seen(&outbox), [1, 2, 3]);
        assert_eq!(outbox.hungry(), HashSet::from([7]));
        assert!(outbox.has_room_for(7));
        assert_eq!(seen(&outbox), [0i64; 0]);
    }

    #[test]
    fn too_many_messages_or_bytes_end_it() {
        for (count, bytes) in [(4, 1), (2, 600)] {
            let outbox = outbox();
            outbox.push((1..=count).map(|seen| message(seen, bytes)).collect());
            assert!(matches!(outbox.take(), Some(Next::End(Farewell::Behind))));
            outbox.push(vec![message(9, 1)]);
            outbox.end(Farewell::Shutdown);
            assert!(matches!(outbox.take(), Some(Next::End(Farewell::Behind))));
        }
    }

    #[test]
    fn one_message_larger_than_the_room_passes() {
        let outbox = outbox();
        outbox.push(vec![message(1, 5000)]);
        assert_eq!(seen(&outbox), [1]);
    }
}
