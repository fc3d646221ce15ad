//! What a client subscribes to, as it spells it: `posts/*`, `posts/RECORD_ID`, either with `?options={…}` behind.

use std::sync::Arc;

use crate::value::Json;

/// A topic; `key` identifies it and is sent back as it came.
#[derive(Clone, Debug, PartialEq)]
pub struct Topic {
    pub key: Arc<str>,
    /// The collection's name or id as written, and the record's id unless all are meant. Any text could be one.
    pub collection: String,
    pub record: Option<String>,
    pub options: Options,
    pub moves: Moves,
}

/// Whether an update that moves a record into or out of sight is told as such.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Moves {
    Silent,
    Told,
}

/// The request a subscription stands for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Options {
    pub query: Vec<(String, String)>,
    /// Names snake-cased.
    pub headers: Vec<(String, String)>,
}

impl Topic {
    /// Reads a topic; options that make no sense are none.
    pub fn parse(key: &str) -> Topic {
        let (path, query) = key.split_once('?').unwrap_or((key, ""));
        let options = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "options");
        let options = options.map(|(_, text)| Options::parse(&text)).unwrap_or_default();
        let (collection, record) = path.split_once('/').unwrap_or((path, "*"));
        let record = (record != "*").then(|| record.to_string());
        Topic { key: key.into(), collection: collection.to_string(), record, options, moves: Moves::Silent }
    }

    /// Whether it can be told in a line of its own.
    pub fn is_one_line(&self) -> bool {
        !self.key.contains(['\n', '\r'])
    }
}

impl Options {
    fn parse(text: &str) -> Options {
        let Ok(Json::Object(mut object)) = serde_json::from_str(text) else { return Options::default() };
        let mut pairs = |name: &str| match object.remove(name) {
            Some(Json::Object(pairs)) => pairs.into_iter().map(|(key, value)| (key, plain(value))).collect(),
            Some(_) | None => Vec::new(),
        };
        let (query, headers): (Vec<_>, Vec<_>) = (pairs("query"), pairs("headers"));
        let headers = headers.into_iter().map(|(name, value)| (snake(&name), value)).collect();
        Options { query, headers }
    }

    pub fn query(&self, name: &str) -> &str {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str()).unwrap_or_default()
    }
}

fn plain(value: Json) -> String {
    match value {
        Json::String(text) => text,
        Json::Null => String::new(),
        other => other.to_string(),
    }
}

fn snake(name: &str) -> String {
    name.to_ascii_lowercase().replace('-', "_")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(key: &str) -> (String, Option<String>) {
        let topic = Topic::parse(key);
        (topic.collection, topic.record)
    }

    #[test]
    fn a_topic_names_a_collection_and_perhaps_a_record() {
        assert_eq!(parsed("posts/*"), ("posts".into(), None));
        assert_eq!(parsed("posts"), ("posts".into(), None));
        assert_eq!(parsed("posts/abc?options=%7B%7D"), ("posts".into(), Some("abc".into())));
        assert_eq!(parsed("@oauth2"), ("@oauth2".into(), None));
    }

    #[test]
    fn options_are_texts_and_what_makes_no_sense_is_none() {
        let text = r#"{"query":{"filter":"a=1","n":5,"none":null},"headers":{"X-Token":"t"}}"#;
        let key = format!("posts/*?options={}", form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>());
        let options = Topic::parse(&key).options;
        assert_eq!((options.query("filter"), options.query("n"), options.query("none")), ("a=1", "5", ""));
        assert_eq!(options.headers, [("x_token".to_string(), "t".to_string())]);
        for odd in ["posts/*?options=notjson", "posts/*?options=[1]", "posts/*?options", "posts/*?x"] {
            assert_eq!(Topic::parse(odd).options, Options::default(), "{odd}");
        }
    }
}
