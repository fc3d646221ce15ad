//! Clients of the feed that keep a copy of a collection by what they are told, and nothing else. They lose their
//! connection all the time.

use std::collections::BTreeMap;
use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use serde_json::{Value as Json, json};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

/// Where the server is, and the last change there will ever be once that is known.
#[derive(Clone, Debug)]
pub struct Place {
    pub base: String,
    pub goal: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    Events,
    Socket,
}

/// How a client behaves.
#[derive(Clone, Copy, Debug)]
pub struct Habits {
    /// Events it waits for, on average, before it hangs up.
    pub patience: u64,
    /// Every so many connections of a socket it forgets everything and starts with a snapshot.
    pub forgets: u64,
}

/// One client. The collection is all that changes, so numbers follow each other without gaps.
pub struct Follower {
    transport: Transport,
    dice: StdRng,
    habits: Habits,
    /// `views` by id.
    /// `None` for a record that was gone when its change was told: only which one it was is said then.
    pub state: BTreeMap<String, Option<i64>>,
    /// The last change it was told.
    seen: i64,
    pub told: u64,
    /// Connections it ended …
    pub cuts: u64,
    /// … and those that ended or failed by themselves.
    pub losses: u64,
    pub snapshots: u64,
}

/// Longer than anything here takes.
const PATIENCE: Duration = Duration::from_secs(60);
impl Follower {
    /// From now on, when there are no records.
    pub async fn new(transport: Transport, base: &str, seed: u64, habits: Habits) -> Follower {
        let dice = StdRng::seed_from_u64(seed);
        let (state, told, cuts, losses, snapshots) = (BTreeMap::new(), 0, 0, 0, 0);
        let mut follower = Follower { transport, dice, habits, state, seen: 0, told, cuts, losses, snapshots };
        let (_, seen) = Stream::open(base, "?since=now", None).await.expect("a stream");
        follower.seen = seen;
        follower
    }

    /// Follows until it has been told of the last change.
    pub async fn follow(mut self, mut place: watch::Receiver<Place>) -> Follower {
        loop {
            let base = place.borrow().base.clone();
            let budget = self.dice.random_range(0..=2 * self.habits.patience);
            let Some(mut line) = self.open(&base).await else {
                self.losses += 1;
                let moved = place.wait_for(|place| place.base != base);
                tokio::time::timeout(PATIENCE, moved).await.expect("a server again").unwrap();
                continue;
            };
            if self.listen(&mut line, budget, &mut place).await {
                return self;
            }
        }
    }

    /// Takes events until it hangs up or the line ends; whether that was all there will be.
    async fn listen(&mut self, line: &mut Line, budget: u64, place: &mut watch::Receiver<Place>) -> bool {
        for _ in 0..budget {
            let seen = self.seen;
            let event = tokio::select! {
                _ = place.wait_for(|place| place.goal <= seen) => return true,
                event = tokio::time::timeout(PATIENCE, line.next()) => event.expect("a sign of life"),
            };
            match event {
                Some((seq, event)) => self.apply(seq, &event),
                None => {
                    self.losses += 1;
                    return false;
                }
            }
        }
        self.cuts += 1;
        false
    }

    fn apply(&mut self, seq: i64, event: &Json) {
        assert_eq!(seq, self.seen + 1, "{:?}: lost, repeated or out of order: {event}", self.transport);
        self.seen = seq;
        self.told += 1;
        let (id, views) = held(&event["record"]);
        match event["action"].as_str().unwrap_or_default() {
            "create" => assert_eq!(self.state.insert(id, views), None, "created twice: {event}"),
            "update" => assert!(self.state.insert(id, views).is_some(), "changed before it was there: {event}"),
            "delete" => {
                let known = self.state.remove(&id).unwrap_or_else(|| panic!("deleted is what was not there: {event}"));
                assert!(
                    known.zip(views).is_none_or(|(known, views)| known == views),
                    "deleted is something else: {event}"
                );
            }
            _ => panic!("{event}"),
        }
    }

    async fn open(&mut self, base: &str) -> Option<Line> {
        match self.transport {
            Transport::Events => {
                let seen = self.seen.to_string();
                Some(Line::Events(Stream::open(base, "", Some(&seen)).await?.0))
            }
            Transport::Socket if self.cuts % self.habits.forgets == self.habits.forgets - 1 => {
                self.start_over(base).await.map(Box::new).map(Line::Socket)
            }
            Transport::Socket => Socket::open(base, json!({"since": self.seen})).await.map(Box::new).map(Line::Socket),
        }
    }

    /// Everything there is, then what follows.
    async fn start_over(&mut self, base: &str) -> Option<Socket> {
        let mut socket = Socket::open(base, json!({"snapshot": true, "fields": "id,views"})).await?;
        let mut state = BTreeMap::new();
        loop {
            let page = socket.message().await?;
            assert_eq!(page["type"], "snapshot", "{page}");
            state.extend(page["items"].as_array().unwrap().iter().map(held));
            if page["last"] == true {
                let seq = page["seq"].as_i64().unwrap();
                assert!(seq >= self.seen, "a snapshot older than what was told");
                (self.state, self.seen) = (state, seq);
                self.snapshots += 1;
                return Some(socket);
            }
        }
    }
}

fn held(record: &Json) -> (String, Option<i64>) {
    (record["id"].as_str().unwrap().to_string(), record["views"].as_i64())
}

enum Line {
    Events(Stream),
    Socket(Box<Socket>),
}

impl Line {
    /// The next change and its number; `None` when the connection has ended.
    async fn next(&mut self) -> Option<(i64, Json)> {
        match self {
            Line::Events(stream) => stream.next().await,
            Line::Socket(socket) => loop {
                let message = socket.message().await?;
                match message["type"].as_str() {
                    Some("event") => return Some((message["seq"].as_i64().unwrap(), message)),
                    Some("subscribed") => {}
                    _ => panic!("{message}"),
                }
            },
        }
    }
}

/// Server-sent events.
struct Stream {
    answer: reqwest::Response,
    unread: Vec<u8>,
}

impl Stream {
    /// Connects and subscribes to all posts; and the change it begins after.
    async fn open(base: &str, query: &str, seen: Option<&str>) -> Option<(Stream, i64)> {
        let client = reqwest::Client::new();
        let mut request = client.get(format!("{base}/api/realtime{query}"));
        if let Some(seen) = seen {
            request = request.header("Last-Event-ID", seen);
        }
        let answer = request.send().await.ok().filter(|answer| answer.status() == 200)?;
        let mut stream = Stream { answer, unread: Vec::new() };
        let (since, greeting) = stream.next().await?;
        let body = json!({"clientId": greeting["clientId"], "subscriptions": ["posts/*"]});
        let subscribed = client.post(format!("{base}/api/realtime")).json(&body).send().await.ok()?;
        (subscribed.status() == 204).then_some((stream, since))
    }

    async fn next(&mut self) -> Option<(i64, Json)> {
        loop {
            let Some(end) = self.unread.windows(2).position(|pair| pair == b"\n\n") else {
                self.unread.extend_from_slice(&self.answer.chunk().await.ok().flatten()?);
                continue;
            };
            let frame: Vec<u8> = self.unread.drain(..end + 2).collect();
            let frame = String::from_utf8(frame).unwrap();
            let value = |key: &str| frame.lines().find_map(|line| line.strip_prefix(key));
            let Some(id) = value("id:") else { continue };
            assert_ne!(value("event:"), Some("PB_RESET"), "the history is there");
            return Some((id.parse().unwrap(), serde_json::from_str(value("data:").unwrap()).unwrap()));
        }
    }
}

/// A WebSocket.
struct Socket(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Socket {
    /// Connects and subscribes to all posts.
    async fn open(base: &str, mut wish: Json) -> Option<Socket> {
        let url = format!("{}/api/realtime/ws", base.replace("http:", "ws:"));
        let mut socket = Socket(tokio_tungstenite::connect_async(url).await.ok()?.0);
        assert_eq!(socket.message().await?["type"], "hello");
        wish["type"] = json!("subscribe");
        wish["id"] = json!("all");
        wish["topic"] = json!("posts/*");
        socket.0.send(Message::text(wish.to_string())).await.ok()?;
        Some(socket)
    }

    async fn message(&mut self) -> Option<Json> {
        loop {
            match self.0.next().await?.ok()? {
                Message::Text(text) => return Some(serde_json::from_str(&text).unwrap()),
                Message::Close(_) => return None,
                _ => {}
            }
        }
    }
}
