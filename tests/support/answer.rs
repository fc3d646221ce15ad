//! An answer and what tests say about it; every complaint shows the request and the body.

use reqwest::header::HeaderMap;
use serde_json::Value as Json;

pub struct Answer {
    line: String,
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    pub(super) async fn read(line: String, answer: reqwest::Response) -> Self {
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        let body = answer.bytes().await.map(|b| b.to_vec()).unwrap_or_default();
        Answer { line, status, headers, body }
    }

    /// The status is `expected`.
    #[track_caller]
    pub fn is(&self, expected: u16) -> &Self {
        assert_eq!(self.status, expected, "{}\n{}", self.line, self.text());
        self
    }

    /// The status, which is one of `expected`.
    #[track_caller]
    pub fn is_one_of(&self, expected: &[u16]) -> u16 {
        assert!(expected.contains(&self.status), "{} is answered {}\n{}", self.line, self.status, self.text());
        self.status
    }

    /// The body has at least these keys with these values, at every depth; lists have the same length.
    #[track_caller]
    pub fn has(&self, expected: Json) -> &Self {
        let actual = self.json();
        if let Err(path) = within(&expected, &actual) {
            panic!("{}\nat {path}: expected {expected:#}\ngot {actual:#}", self.line);
        }
        self
    }

    /// The items of a list have these ids, in this order.
    #[track_caller]
    pub fn ids(&self, expected: &[&str]) -> &Self {
        let json = self.json();
        let items = json["items"].as_array().unwrap_or_else(|| panic!("{}: no list\n{json:#}", self.line)).clone();
        let ids: Vec<&str> = items.iter().filter_map(|item| item["id"].as_str()).collect();
        assert_eq!(ids, expected, "{}", self.line);
        self
    }

    /// The error envelope of `status` with this message and no details.
    #[track_caller]
    pub fn refuses(&self, status: u16, message: &str) -> &Self {
        self.is(status);
        let expected = serde_json::json!({"status": status, "message": message, "data": {}});
        assert_eq!(self.json(), expected, "{}", self.line);
        self
    }

    /// A header's value, or `""`.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(|value| value.to_str().unwrap_or_default()).unwrap_or_default()
    }

    #[track_caller]
    pub fn json(&self) -> Json {
        serde_json::from_slice(&self.body).unwrap_or_else(|e| panic!("{}: {e}\n{}", self.line, self.text()))
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// The path of the first place where `actual` lacks what is expected.
fn within(expected: &Json, actual: &Json) -> Result<(), String> {
    match (expected, actual) {
        (Json::Object(expected), Json::Object(actual)) => {
            for (key, value) in expected {
                let found = actual.get(key).ok_or_else(|| format!("/{key}"))?;
                within(value, found).map_err(|path| format!("/{key}{path}"))?;
            }
            Ok(())
        }
        (Json::Array(expected), Json::Array(actual)) if expected.len() == actual.len() => {
            for (index, (value, found)) in expected.iter().zip(actual).enumerate() {
                within(value, found).map_err(|path| format!("/{index}{path}"))?;
            }
            Ok(())
        }
        _ if expected == actual => Ok(()),
        _ => Err(String::new()),
    }
}
