//! What must never be in a log: tokens and secrets in addresses. Bodies and headers never get here.

use std::borrow::Cow;

use super::{Json, Object};

const HIDDEN: &str = "***";
/// Names of query parameters, in lower case, whose values are secrets.
const SECRETS: [&str; 15] = [
    "token",
    "code",
    "state",
    "password",
    "passwordconfirm",
    "oldpassword",
    "secret",
    "clientsecret",
    "client_secret",
    "access_token",
    "refresh_token",
    "id_token",
    "authorization",
    "apikey",
    "api_key",
];

/// An address, or any text, without the values of secret parameters and without signed tokens.
pub fn redacted(text: &str) -> Cow<'_, str> {
    without_tokens(match text.split_once('?') {
        Some((path, query)) if query.split(['&', ';']).any(is_secret) => {
            let pairs = query.split('&').map(|pair| match pair.split_once('=') {
                Some((name, _)) if is_secret(pair) => Cow::Owned(format!("{name}={HIDDEN}")),
                _ => Cow::Borrowed(pair),
            });
            Cow::Owned(format!("{path}?{}", pairs.collect::<Vec<_>>().join("&")))
        }
        _ => Cow::Borrowed(text),
    })
}

/// A document all of whose texts are [`redacted`].
pub fn without_secrets(value: &Json) -> Json {
    match value {
        Json::String(text) => Json::String(redacted(text).into_owned()),
        Json::Array(items) => items.iter().map(without_secrets).collect(),
        Json::Object(object) => {
            let pair = |(key, value): (&String, &Json)| (key.clone(), without_secrets(value));
            Json::Object(object.iter().map(pair).collect::<Object>())
        }
        Json::Null | Json::Bool(_) | Json::Number(_) => value.clone(),
    }
}

fn is_secret(pair: &str) -> bool {
    let Some((name, value)) = pair.split_once('=') else { return false };
    if value.is_empty() {
        return false;
    }
    let name = percent_encoding::percent_decode_str(name).decode_utf8_lossy();
    SECRETS.iter().any(|secret| secret.eq_ignore_ascii_case(name.trim_start_matches('?')))
}

/// Three parts of base64 with dots between them, of which the first is an object: a signed token, wherever it stands.
fn without_tokens(text: Cow<'_, str>) -> Cow<'_, str> {
    if !text.contains("eyJ") {
        return text;
    }
    let part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let mut out = String::with_capacity(text.len());
    let mut rest: &str = &text;
    while let Some(at) = rest.find("eyJ") {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        let end = from.find(|c| !part(c)).unwrap_or(from.len());
        let (word, after) = from.split_at(end);
        out.push_str(if word.matches('.').count() >= 2 { HIDDEN } else { word });
        rest = after;
    }
    out.push_str(rest);
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secret_parameters_lose_their_values_and_nothing_else_does() {
        for (text, expected) in [
            ("/api/x", "/api/x"),
            ("/api/x?page=2&filter=token='a'", "/api/x?page=2&filter=token='a'"),
            ("/api/files/a/b/c.png?token=abc&thumb=1x1", "/api/files/a/b/c.png?token=***&thumb=1x1"),
            ("/x?TOKEN=abc", "/x?TOKEN=***"),
            ("/x?to%6ben=abc", "/x?to%6ben=***"),
            ("/x?token=", "/x?token="),
            ("/x?token", "/x?token"),
            ("/api/oauth2-redirect?code=1&state=2", "/api/oauth2-redirect?code=***&state=***"),
            ("https://a.b/c?password=x#y", "https://a.b/c?password=***"),
            ("/x?a=1&b=2;token=3&token=4", "/x?a=1&b=2;token=3&token=***"),
        ] {
            assert_eq!(redacted(text), expected, "{text}");
        }
    }

    #[test]
    fn signed_tokens_are_hidden_wherever_they_are() {
        let token = "eyJhbGciOiJIUzI1NiJ9.eyJpZCI6IjEifQ.c2lnbmF0dXJl";
        assert_eq!(redacted(&format!("/a/{token}/b?x={token}")), "/a/***/b?x=***");
        assert_eq!(redacted("/eyJust/a.b.c"), "/eyJust/a.b.c");
    }
}
