//! What a client says on its socket.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::realtime::{Moves, Options, Topic};

#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "camelCase")]
pub enum Command {
    Auth { token: Option<String> },
    Subscribe(Box<Subscribe>),
    Unsubscribe { id: String },
    Ping,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Subscribe {
    /// The client's name for it, in every event.
    pub id: String,
    /// `posts/*` or `posts/RECORD_ID`.
    pub topic: String,
    #[serde(default)]
    filter: String,
    #[serde(default)]
    expand: String,
    #[serde(default)]
    fields: String,
    /// What rules see as `@request.query` …
    #[serde(default)]
    query: BTreeMap<String, String>,
    /// … and as `@request.headers`.
    #[serde(default)]
    headers: BTreeMap<String, String>,
    /// The last change seen.
    pub since: Option<i64>,
    /// Everything there is first, then what follows it.
    #[serde(default)]
    pub snapshot: bool,
}

impl Command {
    /// `None` for what is no command.
    pub fn parse(text: &str) -> Option<Command> {
        serde_json::from_str(text).ok()
    }
}

impl Subscribe {
    /// What is subscribed to.
    pub fn topic(self) -> Topic {
        let named = [("filter", self.filter), ("expand", self.expand), ("fields", self.fields)];
        let named = named.into_iter().filter(|(_, value)| !value.is_empty());
        let query = named.map(|(name, value)| (name.to_string(), value)).chain(self.query).collect();
        let snake = |(name, value): (String, String)| (name.to_ascii_lowercase().replace('-', "_"), value);
        let headers = self.headers.into_iter().map(snake).collect();
        let plain = self.topic.split('?').next().unwrap_or_default();
        Topic { key: self.id.into(), options: Options { query, headers }, moves: Moves::Told, ..Topic::parse(plain) }
    }
}
