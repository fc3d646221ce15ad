//! A client of the event stream, as strict as the protocol.

use std::time::Duration;

use serde_json::{Value as Json, json};

use crate::support::{Answer, TestApp, Who};

/// One frame.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    pub id: String,
    pub name: String,
    pub data: Json,
}

impl Event {
    pub fn action(&self) -> &str {
        self.data["action"].as_str().unwrap_or_default()
    }

    /// A field of the record.
    pub fn field(&self, name: &str) -> &str {
        self.data["record"][name].as_str().unwrap_or_default()
    }

    /// `action id`.
    pub fn told(&self) -> String {
        format!("{} {}", self.action(), self.field("id"))
    }
}

/// An open stream.
pub struct Stream {
    pub client: String,
    pub answer: reqwest::Response,
    unread: Vec<u8>,
    pub comments: usize,
}

impl Stream {
    /// Connects and takes the greeting.
    pub async fn open(app: &TestApp) -> Stream {
        Stream::open_with(app, "", None).await
    }

    pub async fn open_with(app: &TestApp, query: &str, last_event_id: Option<&str>) -> Stream {
        let mut request = reqwest::Client::new().get(format!("http://{}/api/realtime{query}", app.address));
        if let Some(id) = last_event_id {
            request = request.header("Last-Event-ID", id);
        }
        Stream::greeted(request.send().await.unwrap()).await
    }

    /// Takes the greeting of a stream that begins.
    pub async fn greeted(answer: reqwest::Response) -> Stream {
        assert_eq!(answer.status(), 200);
        let mut stream = Stream { client: String::new(), answer, unread: Vec::new(), comments: 0 };
        let greeting = stream.next().await;
        assert_eq!(greeting.name, "PB_CONNECT");
        stream.client = greeting.data["clientId"].as_str().unwrap().to_string();
        stream
    }

    /// Connects and subscribes.
    pub async fn of(app: &TestApp, who: Who, topics: &[&str]) -> Stream {
        let stream = Stream::open(app).await;
        stream.subscribe(app, who, topics).await.is(204);
        stream
    }

    pub async fn subscribe(&self, app: &TestApp, who: Who, topics: &[&str]) -> Answer {
        let body = json!({"clientId": self.client, "subscriptions": topics});
        app.call(who, "POST /api/realtime").json(body).await
    }

    /// The next event; a test that waits for long fails.
    pub async fn next(&mut self) -> Event {
        self.try_next().await.expect("the stream goes on")
    }

    /// The next event, or `None` at the end of the stream.
    pub async fn try_next(&mut self) -> Option<Event> {
        let next = tokio::time::timeout(Duration::from_secs(20), self.frame());
        next.await.expect("an event in time")
    }

    async fn frame(&mut self) -> Option<Event> {
        loop {
            if let Some(end) = self.unread.windows(2).position(|pair| pair == b"\n\n") {
                let frame: Vec<u8> = self.unread.drain(..end + 2).collect();
                let frame = String::from_utf8(frame).unwrap();
                match parse(&frame) {
                    Some(event) => return Some(event),
                    None => self.comments += 1,
                }
                continue;
            }
            self.unread.extend_from_slice(&self.answer.chunk().await.ok().flatten()?);
        }
    }
}

/// A frame of exactly three lines, or a comment.
fn parse(frame: &str) -> Option<Event> {
    if frame.starts_with(':') {
        return None;
    }
    let lines: Vec<&str> = frame.trim_end_matches('\n').split('\n').collect();
    let [id, name, data] = lines[..] else { panic!("three lines: {frame:?}") };
    let value =
        |line: &str, key: &str| line.strip_prefix(key).unwrap_or_else(|| panic!("{key} in {line:?}")).to_string();
    Some(Event {
        id: value(id, "id:"),
        name: value(name, "event:"),
        data: serde_json::from_str(&value(data, "data:")).unwrap(),
    })
}

/// A topic with options.
pub fn with_options(topic: &str, options: Json) -> String {
    let text = options.to_string();
    format!("{topic}?options={}", form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>())
}
