//! `json_extract` in memory, for documents that our own writers have stored. Where SQLite could spell the result
//! differently the answer is `None`, and the database is asked instead.

use crate::value::json::{parse, text};
use crate::value::{Json, Value};

use super::number;

/// One step of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Key(String),
    Index(String),
}

/// The path that the parts of an identifier spell: digits alone are an index. `None` where a part has a modifier,
/// which means nothing inside a document.
pub(crate) fn path<'a>(parts: impl Iterator<Item = &'a str>) -> Option<Vec<Step>> {
    parts
        .map(|part| {
            if part.contains(':') {
                None
            } else if part.bytes().all(|b| b.is_ascii_digit()) {
                Some(Step::Index(part.to_string()))
            } else {
                Some(Step::Key(part.to_string()))
            }
        })
        .collect()
}

/// The path as `json_extract` takes it: `$.a[0].b`. Parts hold nothing but `[A-Za-z0-9_]`.
pub(crate) fn path_text(steps: &[Step]) -> String {
    let mut out = String::from("$");
    for step in steps {
        match step {
            Step::Key(key) => out.extend([".", key]),
            Step::Index(index) => out.extend(["[", index, "]"]),
        }
    }
    out
}

/// What stands at `path` in a stored document.
pub(crate) fn extract(document: &str, path: &[Step]) -> Option<Value> {
    let root = parse(document.as_bytes()).ok()?;
    match find(&root, path)? {
        None | Some(Json::Null) => Some(Value::Null),
        Some(Json::Bool(b)) => Some(Value::from(*b)),
        Some(Json::String(s)) => Some(Value::Text(s.clone())),
        Some(Json::Number(n)) => match (n.as_i64(), n.as_f64()) {
            (Some(n), _) => Some(Value::Int(n)),
            (None, Some(n)) => number::to_text(n).map(|_| Value::Real(n)),
            (None, None) => None,
        },
        Some(list @ (Json::Array(_) | Json::Object(_))) => {
            // SQLite keeps the spelling of numbers and escapes inside; ours is the same only where there is no choice.
            (!document.contains('\\') && integers_only(list)).then(|| Value::Text(text(list)))
        }
    }
}

/// What stands at `path` in a value of a request body: arrays and objects as their text.
pub(crate) fn value(json: &Json) -> Value {
    match json {
        Json::Null => Value::Null,
        Json::Bool(b) => Value::from(*b),
        Json::String(s) => Value::Text(s.clone()),
        // A float, as every number literal is, unless that would round it.
        Json::Number(n) => match n.as_i64() {
            Some(int) if int.unsigned_abs() > 1 << 53 => Value::Int(int),
            Some(_) | None => n.as_f64().map(|n| Value::Real(n + 0.0)).unwrap_or_default(),
        },
        Json::Array(_) | Json::Object(_) => Value::Text(text(json)),
    }
}

/// The value at `path`; the outer `None` when an index is too large to be one.
pub(crate) fn find<'a>(root: &'a Json, path: &[Step]) -> Option<Option<&'a Json>> {
    let mut at = root;
    for step in path {
        let next = match (step, at) {
            (Step::Key(key), Json::Object(object)) => object.get(key),
            (Step::Index(index), Json::Array(list)) => list.get(index.parse::<u32>().ok()? as usize),
            (Step::Key(_) | Step::Index(_), _) => None,
        };
        match next {
            Some(next) => at = next,
            None => return Some(None),
        }
    }
    Some(Some(at))
}

fn integers_only(json: &Json) -> bool {
    match json {
        Json::Null | Json::Bool(_) | Json::String(_) => true,
        Json::Number(n) => n.is_i64(),
        Json::Array(list) => list.iter().all(integers_only),
        Json::Object(object) => object.values().all(integers_only),
    }
}

/// The items of a stored list: `None` when the text is no list of texts.
pub(crate) fn items(list: &str) -> Option<Vec<Value>> {
    match list {
        "" => None,
        "[]" => Some(Vec::new()),
        _ => match parse(list.as_bytes()).ok()? {
            Json::Array(items) => items.into_iter().map(|item| item.as_str().map(Value::from)).collect(),
            _ => None,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_reach_into_documents() {
        let at = |document: &str, dotted: &str| {
            extract(document, &path(dotted.split('.').filter(|s| !s.is_empty())).unwrap())
        };
        let document = r#"{"a":1,"b":["x",{"c":null}],"f":1.5,"t":true,"o":{"k":[1,2]}}"#;
        assert_eq!(at(document, "a"), Some(Value::Int(1)));
        assert_eq!(at(document, "b.0"), Some(Value::from("x")));
        assert_eq!(at(document, "b.00"), Some(Value::from("x")));
        assert_eq!(at(document, "b.1.c"), Some(Value::Null));
        assert_eq!(at(document, "b.9"), Some(Value::Null));
        assert_eq!(at(document, "b.99999999999"), None);
        assert_eq!(at(document, "a.b"), Some(Value::Null));
        assert_eq!(at(document, "f"), Some(Value::Real(1.5)));
        assert_eq!(at(document, "t"), Some(Value::Int(1)));
        assert_eq!(at(document, "o"), Some(Value::from(r#"{"k":[1,2]}"#)));
        assert_eq!(at("5", ""), Some(Value::Int(5)));
        assert_eq!(at("[1.0]", ""), None);
        assert_eq!(at(r#"["\u0041"]"#, ""), None);
        assert_eq!(at(r#"{"a":1,"a":2}"#, "a"), None);
        assert_eq!(at("nonsense", "a"), None);
    }

    #[test]
    fn a_path_is_spelt_for_the_database() {
        assert_eq!(path_text(&path("a.0.b1.1b".split('.')).unwrap()), "$.a[0].b1.1b");
        assert_eq!(path("a.b:lower".split('.')), None);
        assert_eq!(path_text(&[]), "$");
    }
}
