//! Form bodies as JSON: scalars are inferred from text, repeated keys become lists, `@jsonPayload` wins over both.

use super::{Json, Object, json};

/// The key whose values are JSON objects to merge over all others.
pub const PAYLOAD: &str = "@jsonPayload";

/// A `@jsonPayload` value is not a JSON object.
#[derive(Debug, PartialEq, Eq)]
pub struct InvalidPayload;

/// The object a form stands for: pairs in the order sent.
pub fn object<K, V>(pairs: impl IntoIterator<Item = (K, V)>) -> Result<Object, InvalidPayload>
where
    K: Into<String>,
    V: AsRef<str>,
{
    let mut form = Object::new();
    let mut payloads = Vec::new();
    for (key, value) in pairs {
        let (key, value) = (key.into(), value.as_ref());
        if key == PAYLOAD {
            payloads.push(payload(value)?);
            continue;
        }
        match form.get_mut(&key) {
            None => {
                form.insert(key, infer(value));
            }
            // No single value is inferred to be an array, so this one was made here.
            Some(Json::Array(list)) => list.push(infer(value)),
            Some(first) => {
                *first = Json::Array(vec![first.take(), infer(value)]);
            }
        }
    }
    for payload in payloads {
        merge(&mut form, payload);
    }
    Ok(form)
}

/// The scalar a form value stands for: `true`, `false`, a number in its shortest spelling, else the text itself.
pub fn infer(text: &str) -> Json {
    match text {
        "true" => Json::Bool(true),
        "false" => Json::Bool(false),
        _ => number(text).unwrap_or_else(|| Json::from(text)),
    }
}

/// Only what prints back as it was typed is a number, so that `001`, `1.50` and `1e3` stay texts.
fn number(text: &str) -> Option<Json> {
    let first = *text.as_bytes().first()?;
    let plain = text.bytes().all(|b| b.is_ascii_digit() || b == b'.' || b == b'-');
    if !plain || !(first == b'-' || first.is_ascii_digit()) {
        return None;
    }
    let float = text.parse::<f64>().ok().filter(|n| n.to_string() == text)?;
    Some(match text.parse::<i64>() {
        Ok(n) if text != "-0" => Json::from(n),
        Ok(_) | Err(_) => Json::from(float),
    })
}

fn payload(text: &str) -> Result<Object, InvalidPayload> {
    // The reader stops after the first value; a payload must be nothing but that value.
    serde_json::from_str::<serde::de::IgnoredAny>(text).map_err(|_| InvalidPayload)?;
    match json::parse_submitted(text.as_bytes()) {
        Ok(Json::Object(object)) => Ok(object),
        Ok(Json::Null) => Ok(Object::new()),
        Ok(_) | Err(_) => Err(InvalidPayload),
    }
}

/// Objects merge key by key, all else replaces.
fn merge(into: &mut Object, from: Object) {
    for (key, value) in from {
        match (into.get_mut(&key), value) {
            (Some(Json::Object(inner)), Json::Object(more)) => merge(inner, more),
            (_, value) => {
                into.insert(key, value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn texts_are_inferred() {
        for (text, want) in [
            ("true", json!(true)),
            ("false", json!(false)),
            ("TRUE", json!("TRUE")),
            ("null", json!("null")),
            ("", json!("")),
            ("12", json!(12)),
            ("-1.5", json!(-1.5)),
            ("0.1", json!(0.1)),
            ("0", json!(0)),
            ("-0", json!(-0.0)),
            ("001", json!("001")),
            ("1.50", json!("1.50")),
            ("1.0", json!("1.0")),
            ("5.", json!("5.")),
            (".5", json!(".5")),
            ("-.5", json!("-.5")),
            ("1e3", json!("1e3")),
            ("+1", json!("+1")),
            ("-", json!("-")),
            ("1-2", json!("1-2")),
            ("9007199254740993", json!("9007199254740993")),
            ("1234567890123456789012", json!("1234567890123456789012")),
        ] {
            assert_eq!(infer(text), want, "{text}");
        }
    }

    #[test]
    fn pairs_become_an_object() {
        for (pairs, want) in [
            (vec![("a", "1"), ("b", "x")], json!({"a": 1, "b": "x"})),
            (vec![("a", "x"), ("a", "2"), ("a", "true")], json!({"a": ["x", 2, true]})),
            (vec![("@jsonPayload", r#"{"n":2,"t":[1]}"#), ("n", "1")], json!({"n": 2, "t": [1]})),
            (vec![("@jsonPayload", r#"{"n":2}"#), ("@jsonPayload", r#"{"n":3}"#)], json!({"n": 3})),
            (
                vec![("@jsonPayload", r#"{"j":{"a":1}}"#), ("@jsonPayload", r#"{"j":{"b":1}}"#)],
                json!({"j": {"a": 1, "b": 1}}),
            ),
            (vec![("@jsonPayload", "null")], json!({})),
        ] {
            assert_eq!(object(pairs.clone()).map(Json::Object), Ok(want), "{pairs:?}");
        }
        for bad in ["", " ", "[1]", "1", "{", r#"{"n":1} x"#, r#"{"n":1,"n":2}"#] {
            assert_eq!(object([(PAYLOAD, bad)]), Err(InvalidPayload), "{bad}");
        }
    }
}
