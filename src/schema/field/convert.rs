//! The conversions any input goes through before it is checked; none of them fails (contract/collections.md §4.2).

use std::borrow::Cow;

use crate::value::{Json, ValueRef, json, list};

/// Strings as they are, booleans as words, numbers in plain decimals; `""` for the rest.
pub(crate) fn to_text(input: &Json) -> Cow<'_, str> {
    match input {
        Json::String(text) => Cow::Borrowed(text),
        Json::Bool(true) => Cow::Borrowed("true"),
        Json::Bool(false) => Cow::Borrowed("false"),
        // Rust prints floats without exponent, as wanted here.
        Json::Number(n) => Cow::Owned(match (n.as_i64(), n.as_u64(), n.as_f64()) {
            (Some(n), _, _) => n.to_string(),
            (None, Some(n), _) => n.to_string(),
            (None, None, n) => n.unwrap_or_default().to_string(),
        }),
        Json::Null | Json::Array(_) | Json::Object(_) => Cow::Borrowed(""),
    }
}

/// NaN and infinities come only from texts that say so.
pub(crate) fn to_number(input: &Json) -> f64 {
    match input {
        Json::Number(n) => n.as_f64().unwrap_or_default(),
        Json::Bool(b) => f64::from(u8::from(*b)),
        Json::String(text) => parse_number(text),
        Json::Null | Json::Array(_) | Json::Object(_) => 0.0,
    }
}

/// A decimal number; 0 for anything else and for what overflows.
pub(crate) fn parse_number(text: &str) -> f64 {
    let says_infinite = || text.bytes().any(|b| b.eq_ignore_ascii_case(&b'i'));
    text.parse::<f64>().ok().filter(|n| !n.is_infinite() || says_infinite()).unwrap_or_default()
}

pub(crate) fn to_bool(input: &Json) -> bool {
    match input {
        Json::Bool(b) => *b,
        Json::Number(n) => n.as_f64().is_some_and(|n| n != 0.0),
        Json::String(text) => parse_bool(text),
        Json::Null | Json::Array(_) | Json::Object(_) => false,
    }
}

pub(crate) fn parse_bool(text: &str) -> bool {
    matches!(text, "1" | "t" | "T" | "true" | "TRUE" | "True")
}

/// Distinct non-empty texts; an array that holds anything but scalars counts as empty.
pub(crate) fn to_list(input: &Json) -> Vec<Cow<'_, str>> {
    let mut items: Vec<Cow<'_, str>> = match input {
        Json::Array(items) if items.iter().any(|item| item.is_array() || item.is_object()) => Vec::new(),
        Json::Array(items) => items.iter().map(to_text).collect(),
        Json::String(text) => match parse_list(text) {
            Some(items) => items.into_iter().map(|item| Cow::Owned(item.unwrap_or_default())).collect(),
            None => vec![Cow::Borrowed(text.as_str())],
        },
        Json::Bool(_) | Json::Number(_) => vec![to_text(input)],
        Json::Null | Json::Object(_) => Vec::new(),
    };
    list::tidy(&mut items);
    items
}

/// The last item of [`to_list`], which is what a single-valued field keeps.
pub(crate) fn to_single(input: &Json) -> Cow<'_, str> {
    match input {
        Json::String(text) if !text.contains('[') => Cow::Borrowed(text),
        _ => to_list(input).pop().unwrap_or_default(),
    }
}

/// A text that is a JSON array of strings.
fn parse_list(text: &str) -> Option<Vec<Option<String>>> {
    text.contains('[').then(|| serde_json::from_str(text).ok()).flatten()
}

/// The text of a stored value.
pub(crate) fn text_of(value: ValueRef<'_>) -> Cow<'_, str> {
    match value {
        ValueRef::Text(text) => Cow::Borrowed(text),
        ValueRef::Null => Cow::Borrowed(""),
        ValueRef::Int(n) => Cow::Owned(n.to_string()),
        ValueRef::Real(n) => Cow::Owned(n.to_string()),
    }
}

/// The number of a stored value.
pub(crate) fn number_of(value: ValueRef<'_>) -> f64 {
    match value {
        // Beyond 2^53 neighbours fall together, as they do in JavaScript.
        ValueRef::Int(n) => n as f64,
        ValueRef::Real(n) => n,
        ValueRef::Text(text) => parse_number(text),
        ValueRef::Null => 0.0,
    }
}

/// A number as JSON, whole ones without fraction. NaN and infinities, which JSON cannot hold, stay texts.
pub(crate) fn number_json(n: f64) -> Json {
    match crate::value::Value::number(n).as_ref() {
        ValueRef::Int(n) => Json::from(n),
        _ if n.is_finite() => Json::from(n),
        _ => Json::from(n.to_string()),
    }
}

/// A number as JavaScript prints it.
pub(crate) fn number_text(n: f64) -> String {
    json::text(&number_json(n))
}
