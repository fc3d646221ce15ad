//! A request under construction; awaiting it sends it.

use std::collections::HashMap;
use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::sync::OnceLock;

use reqwest::RequestBuilder;
use serde_json::Value as Json;

use super::Answer;

/// Tokens of the template's accounts, by name.
pub static TOKENS: OnceLock<HashMap<&'static str, String>> = OnceLock::new();

/// Who asks.
#[derive(Clone, Copy, Debug)]
pub enum Who {
    Guest,
    /// An account of the template.
    Account(&'static str),
}

pub const GUEST: Who = Who::Guest;
pub const SUPERUSER: Who = Who::Account("root");

/// A user of the template by name.
#[expect(non_snake_case, reason = "reads as the name of a kind of caller in tables")]
pub fn As(name: &'static str) -> Who {
    Who::Account(name)
}

impl Who {
    /// The token, when there is one.
    pub fn token(self) -> Option<String> {
        match self {
            Who::Guest => None,
            Who::Account(name) => {
                let tokens = TOKENS.get().expect("the template is made first");
                Some(tokens.get(name).unwrap_or_else(|| panic!("no account {name}")).clone())
            }
        }
    }

    pub(super) fn authorise(self, request: RequestBuilder) -> RequestBuilder {
        match self.token() {
            Some(token) => request.header("Authorization", token),
            None => request,
        }
    }
}

/// See [`super::TestApp::call`].
#[must_use = "a call is sent when awaited"]
pub struct Call {
    line: String,
    request: RequestBuilder,
}

impl Call {
    pub(super) fn new(line: String, request: RequestBuilder) -> Self {
        Call { line, request }
    }

    fn map(self, change: impl FnOnce(RequestBuilder) -> RequestBuilder) -> Self {
        Call { line: self.line, request: change(self.request) }
    }

    pub fn json(self, body: Json) -> Self {
        self.map(|request| request.json(&body))
    }

    pub fn form(self, pairs: &[(&str, &str)]) -> Self {
        self.map(|request| request.form(pairs))
    }

    pub fn multipart(self, form: reqwest::multipart::Form) -> Self {
        self.map(|request| request.multipart(form))
    }

    /// A body as it is.
    pub fn body(self, content_type: &str, bytes: impl Into<reqwest::Body>) -> Self {
        self.map(|request| request.header("Content-Type", content_type).body(bytes))
    }

    pub fn header(self, name: &str, value: &str) -> Self {
        self.map(|request| request.header(name, value))
    }
}

impl IntoFuture for Call {
    type Output = Answer;
    type IntoFuture = Pin<Box<dyn Future<Output = Answer> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let answer = self.request.send().await.unwrap_or_else(|e| panic!("{}: {e}", self.line));
            Answer::read(self.line, answer).await
        })
    }
}
