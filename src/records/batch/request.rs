//! One request of a batch: which of the four writes its URL names, and the request as its rules see it.

use std::sync::Arc;

use crate::context::Ctx;
use crate::records::Body;

/// One request of a batch; method and URL are checked for shape only when their turn comes.
#[derive(Debug, Default)]
pub struct BatchRequest {
    /// Upper case.
    pub method: String,
    /// Path and query.
    pub url: String,
    pub headers: Vec<(String, String)>,
    pub body: Body,
}

/// What a request asks for.
#[derive(Debug, PartialEq)]
pub enum Action {
    Create { collection: String },
    Upsert { collection: String },
    Update { collection: String, id: String },
    Delete { collection: String, id: String },
}

impl BatchRequest {
    /// The outer request with this one's method, query and headers; who asks stays who asks.
    pub fn ctx(&self, outer: &Ctx) -> Ctx {
        let mut headers = outer.headers.clone();
        for (name, value) in &self.headers {
            let name = name.to_ascii_lowercase().replace('-', "_");
            if name != "authorization" {
                let headers = Arc::make_mut(&mut headers);
                headers.retain(|(known, _)| *known != name);
                headers.push((name, value.clone()));
            }
        }
        let query = self.url.split_once('?').map_or("", |(_, query)| query);
        let mut pairs: Vec<(String, String)> = Vec::new();
        for (key, value) in form_urlencoded::parse(query.as_bytes()) {
            if pairs.iter().all(|(known, _)| *known != key) {
                pairs.push((key.into_owned(), value.into_owned()));
            }
        }
        Ctx { method: known(&self.method), headers, query: Arc::new(pairs), ..outer.clone() }
    }

    /// Which of the four shapes the URL has; `None` for any other.
    pub fn action(&self) -> Option<Action> {
        let path = self.url.split(['?', '#']).next()?;
        let mut parts = path.strip_prefix("/api/collections/")?.split('/');
        let collection = decode(parts.next().filter(|name| !name.is_empty())?)?;
        if parts.next() != Some("records") {
            return None;
        }
        let id = parts.next();
        if parts.next().is_some() {
            return None;
        }
        match (self.method.as_str(), id) {
            ("POST", None) => Some(Action::Create { collection }),
            ("PUT", None) => Some(Action::Upsert { collection }),
            ("PATCH", Some(id)) if !id.is_empty() => Some(Action::Update { collection, id: decode(id)? }),
            ("DELETE", Some(id)) if !id.is_empty() => Some(Action::Delete { collection, id: decode(id)? }),
            _ => None,
        }
    }
}

fn known(method: &str) -> &'static str {
    match method {
        "POST" => "POST",
        "PUT" => "PUT",
        "PATCH" => "PATCH",
        "DELETE" => "DELETE",
        _ => "GET",
    }
}

fn decode(segment: &str) -> Option<String> {
    percent_encoding::percent_decode_str(segment).decode_utf8().ok().map(|text| text.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(method: &str, url: &str) -> Option<Action> {
        BatchRequest { method: method.into(), url: url.into(), ..BatchRequest::default() }.action()
    }

    #[test]
    fn only_the_four_shapes_are_actions() {
        let (collection, id) = ("posts".to_string(), "a1".to_string());
        let create = Action::Create { collection: collection.clone() };
        assert_eq!(request("POST", "/api/collections/posts/records?fields=id"), Some(create));
        let upsert = Action::Upsert { collection: collection.clone() };
        assert_eq!(request("PUT", "/api/collections/posts/records"), Some(upsert));
        let update = Action::Update { collection: collection.clone(), id: id.clone() };
        assert_eq!(request("PATCH", "/api/collections/posts/records/a1"), Some(update));
        let delete = Action::Delete { collection, id };
        assert_eq!(request("DELETE", "/api/collections/p%6fsts/records/a1?x=1"), Some(delete));
        for (method, url) in [
            ("GET", "/api/collections/posts/records"),
            ("POST", "/api/collections/posts/records/"),
            ("POST", "/api/collections/posts/records/a1"),
            ("PATCH", "/api/collections/posts/records"),
            ("DELETE", "/api/collections/posts/records/a1/b"),
            ("POST", "api/collections/posts/records"),
            ("POST", "http://x/api/collections/posts/records"),
            ("POST", "/api/collections//records"),
            ("POST", "/api/health"),
        ] {
            assert_eq!(request(method, url), None, "{method} {url}");
        }
    }
}
