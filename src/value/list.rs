//! Lists of texts as fields store them: minified JSON arrays of strings, read without building a tree.

use std::borrow::Cow;
use std::collections::HashSet;

use super::json::{self, write_str};
use super::{Json, ValueRef};

/// The texts of a stored list, in order. Anything that is not an array of strings is read for what it most likely
/// means: nothing for NULL and `""`, else one item.
pub fn items(value: ValueRef<'_>) -> Items<'_> {
    match value {
        ValueRef::Null | ValueRef::Text("") => Items(State::Done),
        ValueRef::Text(text) if is_list(text) => Items(State::Array(inner(text))),
        ValueRef::Text(text) => match text.starts_with('[').then(|| serde_json::from_str::<Vec<Json>>(text)) {
            Some(Ok(list)) => Items(State::Owned(list.iter().map(scalar_text).collect::<Vec<_>>().into_iter())),
            Some(Err(_)) | None => Items(State::One(Cow::Borrowed(text))),
        },
        ValueRef::Int(n) => Items(State::One(Cow::Owned(n.to_string()))),
        ValueRef::Real(n) => Items(State::One(Cow::Owned(n.to_string()))),
    }
}

/// The one text of a single-valued field, if it is not empty; of a list made elsewhere, the last.
pub fn last(value: ValueRef<'_>) -> Items<'_> {
    match value {
        ValueRef::Text(text) if text.starts_with('[') => match is_list(text) {
            true => Items(items(value).last().filter(|item| !item.is_empty()).map_or(State::Done, State::One)),
            false => Items(State::One(Cow::Borrowed(text))),
        },
        ValueRef::Text(_) | ValueRef::Null | ValueRef::Int(_) | ValueRef::Real(_) => items(value),
    }
}

/// A minified JSON array of the texts.
pub fn text<S: AsRef<str>>(items: impl IntoIterator<Item = S>) -> String {
    let mut out = vec![b'['];
    for (i, item) in items.into_iter().enumerate() {
        if i > 0 {
            out.push(b',');
        }
        write_str(&mut out, item.as_ref());
    }
    out.push(b']');
    String::from_utf8(out).unwrap_or_default()
}

/// Drops empty texts and all but the first of equal ones.
pub fn tidy<S: AsRef<str>>(items: &mut Vec<S>) {
    // A scan is faster for the usual handful, hashing keeps a huge submitted list from costing n².
    if items.len() <= 16 {
        let mut kept: Vec<S> = Vec::with_capacity(items.len());
        for item in items.drain(..) {
            if !item.as_ref().is_empty() && !kept.iter().any(|other| other.as_ref() == item.as_ref()) {
                kept.push(item);
            }
        }
        *items = kept;
    } else {
        let mut seen = HashSet::new();
        items.retain(|item| !item.as_ref().is_empty() && seen.insert(item.as_ref().to_string()));
    }
}

/// Is this a whole JSON array of strings without blanks between them? Then it may be copied into an answer as it is.
pub fn is_list(text: &str) -> bool {
    let bytes = text.as_bytes();
    if bytes == b"[]" {
        return true;
    }
    let mut at = 1;
    if bytes.first() != Some(&b'[') {
        return false;
    }
    loop {
        match string_end(text, at) {
            Some(end) if bytes.get(end) == Some(&b',') => at = end + 1,
            Some(end) => return bytes.get(end) == Some(&b']') && end + 1 == bytes.len(),
            None => return false,
        }
    }
}

/// The position after the JSON string that starts at `start`; `None` when there is no valid one.
fn string_end(text: &str, start: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    if bytes.get(start) != Some(&b'"') {
        return None;
    }
    let mut at = start + 1;
    let mut escaped = false;
    loop {
        match bytes.get(at)? {
            b'"' => break,
            b'\\' => {
                escaped = true;
                at += 2;
            }
            0..0x20 => return None,
            _ => at += 1,
        }
    }
    // Escapes are rare: let the parser judge them.
    (!escaped || serde_json::from_str::<String>(text.get(start..=at)?).is_ok()).then_some(at + 1)
}

fn inner(array: &str) -> &str {
    array.get(1..array.len().saturating_sub(1)).unwrap_or_default()
}

/// A JSON scalar as text; containers as their JSON.
fn scalar_text(item: &Json) -> String {
    match item {
        Json::String(s) => s.clone(),
        Json::Null => String::new(),
        Json::Bool(_) | Json::Number(_) | Json::Array(_) | Json::Object(_) => json::text(item),
    }
}

/// The iterator of [`items`] and [`last`].
#[derive(Clone)]
pub struct Items<'a>(State<'a>);

#[derive(Clone)]
enum State<'a> {
    Done,
    One(Cow<'a, str>),
    /// What is left of a checked array, without brackets.
    Array(&'a str),
    Owned(std::vec::IntoIter<String>),
}

impl<'a> Iterator for Items<'a> {
    type Item = Cow<'a, str>;

    fn next(&mut self) -> Option<Cow<'a, str>> {
        match &mut self.0 {
            State::Done => None,
            State::Owned(list) => list.next().map(Cow::Owned),
            State::One(text) => {
                let text = std::mem::take(text);
                self.0 = State::Done;
                Some(text)
            }
            State::Array(rest) => {
                let end = string_end(rest, 0)?;
                let (quoted, after) = rest.split_at_checked(end)?;
                *rest = after.strip_prefix(',').unwrap_or_default();
                let plain = inner(quoted);
                Some(if plain.contains('\\') {
                    Cow::Owned(serde_json::from_str(quoted).unwrap_or_default())
                } else {
                    Cow::Borrowed(plain)
                })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stored_lists_are_read_as_meant() {
        for (stored, want) in [
            (ValueRef::Null, vec![]),
            (ValueRef::Text(""), vec![]),
            (ValueRef::Text("[]"), vec![]),
            (ValueRef::Text(r#"["a"]"#), vec!["a"]),
            (ValueRef::Text(r#"["a","b"]"#), vec!["a", "b"]),
            (ValueRef::Text(r#"["a\"]","\u00e9",""]"#), vec!["a\"]", "é", ""]),
            (ValueRef::Text(r#"[ "a", 1, null, true ]"#), vec!["a", "1", "", "true"]),
            (ValueRef::Text("plain"), vec!["plain"]),
            (ValueRef::Text("[broken"), vec!["[broken"]),
            (ValueRef::Text(r#"["a"]x"#), vec![r#"["a"]x"#]),
            (ValueRef::Int(5), vec!["5"]),
        ] {
            assert_eq!(items(stored).collect::<Vec<_>>(), want, "{stored:?}");
        }
        for (stored, want) in [
            (ValueRef::Null, vec![]),
            (ValueRef::Text(""), vec![]),
            (ValueRef::Text("a"), vec!["a"]),
            (ValueRef::Text("[1,2]"), vec!["[1,2]"]),
            (ValueRef::Text(r#"["a","b"]"#), vec!["b"]),
            (ValueRef::Text("[]"), vec![]),
        ] {
            assert_eq!(last(stored).collect::<Vec<_>>(), want, "{stored:?}");
        }
    }

    #[test]
    fn only_exact_arrays_are_lists() {
        for (text, want) in [
            ("[]", true),
            (r#"["a","b"]"#, true),
            (r#"["\n"]"#, true),
            ("", false),
            ("[", false),
            ("[,]", false),
            (r#"["a",]"#, false),
            (r#"["a" ]"#, false),
            (r#"["a"]]"#, false),
            (r#"["\x"]"#, false),
            ("[\"\n\"]", false),
            ("[1]", false),
        ] {
            assert_eq!(is_list(text), want, "{text}");
        }
        assert_eq!(super::text(["a\"b", "c"]), r#"["a\"b","c"]"#);
    }

    #[test]
    fn tidy_keeps_the_first_of_equals() {
        let mut few = vec!["b", "", "a", "b"];
        tidy(&mut few);
        assert_eq!(few, ["b", "a"]);
        let mut many: Vec<String> = (0..50).map(|i| (i % 20).to_string()).collect();
        tidy(&mut many);
        assert_eq!(many.len(), 20);
    }
}
