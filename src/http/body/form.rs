//! Plain values of a form as one JSON object: scalars inferred, repeated keys as lists, `@jsonPayload` laid over it all.

use super::Unreadable;
use crate::value::{Json, Object, json};

/// The key whose values are JSON objects.
const PAYLOAD: &str = "@jsonPayload";

/// The object the pairs stand for.
pub fn object(pairs: Vec<(String, String)>) -> Result<Object, Unreadable> {
    let mut plain = Object::new();
    let mut payload = Object::new();
    for (key, text) in pairs {
        if key == PAYLOAD {
            payload.extend(super::object(text.as_bytes())?);
            continue;
        }
        let value = infer(text);
        match plain.get_mut(&key) {
            None => drop(plain.insert(key, value)),
            Some(Json::Array(list)) => list.push(value),
            Some(one) => *one = Json::Array(vec![one.take(), value]),
        }
    }
    plain.extend(payload);
    Ok(plain)
}

/// `true` and `false` are booleans, numbers written the shortest way are numbers, all else is text.
fn infer(text: String) -> Json {
    match text.as_str() {
        "true" => return Json::Bool(true),
        "false" => return Json::Bool(false),
        _ => {}
    }
    let plain = text.starts_with(|c: char| c == '-' || c.is_ascii_digit());
    if plain && text.bytes().all(|b| matches!(b, b'-' | b'.' | b'0'..=b'9')) {
        if let Some(n) = text.parse::<i64>().ok().filter(|n| n.to_string() == text) {
            return n.into();
        }
        if let Some(n) = text.parse::<f64>().ok().filter(|n| shortest(*n) == text) {
            return n.into();
        }
    }
    Json::String(text)
}

fn shortest(n: f64) -> String {
    let mut out = Vec::new();
    json::write_real(&mut out, n);
    String::from_utf8(out).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Json {
        let pairs = pairs.iter().map(|(k, v)| (k.to_string(), v.to_string())).collect();
        Json::Object(object(pairs).unwrap())
    }

    #[test]
    fn scalars_are_inferred_when_written_the_shortest_way() {
        for (text, value) in [
            ("true", json!(true)),
            ("false", json!(false)),
            ("12", json!(12)),
            ("-1.5", json!(-1.5)),
            ("0", json!(0)),
            ("-0", json!("-0")),
            ("001", json!("001")),
            ("1.50", json!("1.50")),
            ("1e3", json!("1e3")),
            ("+1", json!("+1")),
            (".5", json!(".5")),
            ("1-2", json!("1-2")),
            ("-", json!("-")),
            ("", json!("")),
            ("null", json!("null")),
            ("True", json!("True")),
            (" 1", json!(" 1")),
        ] {
            assert_eq!(infer(text.to_string()), value, "{text:?}");
        }
    }

    #[test]
    fn repeated_keys_are_lists() {
        assert_eq!(read(&[("a", "1"), ("b", "x"), ("a", "y"), ("a", "")]), json!({"a": [1, "y", ""], "b": "x"}));
    }

    #[test]
    fn json_payloads_win_in_order_and_bypass_inference() {
        let pairs = [("@jsonPayload", r#"{"a":"1","b":[1]}"#), ("a", "7"), ("@jsonPayload", r#"{"b":2}"#)];
        assert_eq!(read(&pairs), json!({"a": "1", "b": 2}));
        assert!(object(vec![("@jsonPayload".into(), "{".into())]).is_err());
        assert!(object(vec![("@jsonPayload".into(), "[]".into())]).is_err());
    }
}
