//! Editor and JSON fields: content of any shape up to a number of bytes.

use std::borrow::Cow;

use super::bounds::{MAX_SAFE_INT, within};
use crate::error::{Errors, FieldError};
use crate::value::{Json, Value, json};

/// Bytes; what a limit of 0 stands for.
pub(crate) const DEFAULT_EDITOR_SIZE: i64 = 5 << 20;
/// Bytes; what a limit of 0 stands for.
pub(crate) const DEFAULT_JSON_SIZE: i64 = 1 << 20;

pub(super) fn check_editor(value: &str, max_size: i64) -> Result<(), FieldError> {
    let max_size = if max_size > 0 { max_size } else { DEFAULT_EDITOR_SIZE };
    if exceeds(value, max_size) {
        let message = format!("The maximum allowed content size is {max_size} bytes.");
        return Err(FieldError::new("validation_content_size_limit", message).with("maxSize", max_size));
    }
    Ok(())
}

/// `value` is stored JSON text.
pub(super) fn check_json(value: &str, max_size: i64) -> Result<(), FieldError> {
    let max_size = if max_size > 0 { max_size } else { DEFAULT_JSON_SIZE };
    if exceeds(value, max_size) {
        let message = format!("The maximum allowed JSON size is {max_size} bytes.");
        return Err(FieldError::new("validation_json_size_limit", message).with("maxSize", max_size));
    }
    if !value.is_empty() && !is_json(value) {
        return Err(FieldError::new("validation_invalid_json", "Must be a valid json value."));
    }
    Ok(())
}

/// Documents that say nothing.
pub(super) fn is_empty_json(value: &str) -> bool {
    matches!(value, "" | "null" | "\"\"" | "[]" | "{}")
}

fn exceeds(value: &str, max_size: i64) -> bool {
    usize::try_from(max_size).is_ok_and(|max| value.len() > max)
}

/// Is the whole text one JSON value, with nothing before it? Reads it through without building anything.
pub(super) fn is_json(text: &str) -> bool {
    let starts = match text.as_bytes().first() {
        Some(b) => b.is_ascii_digit() || b"-\"[{".contains(b) || matches!(text, "null" | "true" | "false"),
        None => false,
    };
    starts && serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok()
}

/// The stored form of any input. Texts that are JSON themselves are taken as such, so that form bodies can send
/// documents; key order and digits stay as they came.
pub(super) fn coerce_json(input: &Json) -> Value {
    match input {
        Json::Null => Value::Null,
        Json::String(text) if text == "null" => Value::Null,
        Json::String(text) if is_json(text) => match json::parse(text.as_bytes()) {
            Ok(_) => Value::Text(minified(text).into_owned()),
            // Repeated keys, nesting or numbers beyond what the server reads: the blank makes `check_json` refuse it.
            Err(_) => Value::Text(format!(" {text}")),
        },
        _ => Value::Text(json::text(input)),
    }
}

/// Valid JSON without the blanks between its tokens.
fn minified(text: &str) -> Cow<'_, str> {
    let is_blank = |b: u8| matches!(b, b' ' | b'\t' | b'\n' | b'\r');
    if !text.bytes().any(is_blank) {
        return Cow::Borrowed(text);
    }
    let (mut quoted, mut escaped) = (false, false);
    let keeps = |c: &char| {
        let kept = quoted || !matches!(c, ' ' | '\t' | '\n' | '\r');
        if !escaped && *c == '"' {
            quoted = !quoted;
        }
        escaped = quoted && !escaped && *c == '\\';
        kept
    };
    Cow::Owned(text.chars().filter(keeps).collect())
}

pub(super) fn check_options(max_size: i64, errors: &mut Errors) {
    errors.check("maxSize", within(max_size, 0..=MAX_SAFE_INT));
}
