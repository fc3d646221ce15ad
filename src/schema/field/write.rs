//! Stored values as JSON text, straight into an answer's buffer. Rows of views and of databases made elsewhere may hold
//! classes that do not fit the field; each kind makes the best of them and never writes what is not JSON.

use super::geo::{self, GeoPoint};
use super::{Field, FieldKind, content, convert};
use crate::schema::date;
use crate::value::json::{write_int, write_real, write_str};
use crate::value::{ValueRef, list};

impl Field {
    /// Appends the value as clients see it; passwords are always `""`.
    pub fn write_json(&self, value: ValueRef<'_>, out: &mut Vec<u8>) {
        match &self.kind {
            FieldKind::Text { .. } | FieldKind::Email { .. } | FieldKind::Url { .. } | FieldKind::Editor { .. } => {
                write_text(value, out);
            }
            FieldKind::Number { .. } => write_number(value, out),
            FieldKind::Bool => out.extend_from_slice(if is_true(value) { b"true" } else { b"false" }),
            FieldKind::Date { .. } | FieldKind::Autodate { .. } => write_date(value, out),
            FieldKind::Select { .. } | FieldKind::File { .. } | FieldKind::Relation { .. } => {
                if self.is_multiple() {
                    write_list(value, out);
                } else {
                    write_single(value, out);
                }
            }
            FieldKind::Json { .. } => write_any(value, out),
            FieldKind::Password { .. } => out.extend_from_slice(b"\"\""),
            FieldKind::GeoPoint => match value {
                ValueRef::Text(text) if text != geo::ZERO => GeoPoint::parse(text).write(out),
                ValueRef::Text(_) | ValueRef::Null | ValueRef::Int(_) | ValueRef::Real(_) => {
                    out.extend_from_slice(geo::ZERO.as_bytes());
                }
            },
        }
    }
}

fn write_text(value: ValueRef<'_>, out: &mut Vec<u8>) {
    match value {
        ValueRef::Text(text) => write_str(out, text),
        ValueRef::Null | ValueRef::Int(_) | ValueRef::Real(_) => write_str(out, &convert::text_of(value)),
    }
}

fn write_number(value: ValueRef<'_>, out: &mut Vec<u8>) {
    match value {
        ValueRef::Int(n) => write_int(out, n),
        ValueRef::Real(n) if n.is_finite() => write_real(out, n),
        ValueRef::Text(text) => {
            let n = convert::parse_number(text);
            write_real(out, if n.is_finite() { n } else { 0.0 });
        }
        ValueRef::Null | ValueRef::Real(_) => out.push(b'0'),
    }
}

fn is_true(value: ValueRef<'_>) -> bool {
    match value {
        ValueRef::Text(text) => convert::parse_bool(text),
        ValueRef::Null | ValueRef::Int(_) | ValueRef::Real(_) => value.is_true(),
    }
}

fn write_date(value: ValueRef<'_>, out: &mut Vec<u8>) {
    let text = value.text();
    let is_canonical = text.len() == 24 && text.ends_with('Z') && text.as_bytes().get(10) == Some(&b' ');
    if is_canonical || text.is_empty() {
        write_str(out, text);
    } else {
        write_str(out, &date::canonical(text));
    }
}

fn write_single(value: ValueRef<'_>, out: &mut Vec<u8>) {
    match value {
        ValueRef::Text(text) if text.starts_with('[') => {
            write_str(out, &list::last(value).next().unwrap_or_default());
        }
        ValueRef::Text(_) | ValueRef::Null | ValueRef::Int(_) | ValueRef::Real(_) => write_text(value, out),
    }
}

fn write_list(value: ValueRef<'_>, out: &mut Vec<u8>) {
    match value {
        ValueRef::Text(text) if list::is_list(text) => out.extend_from_slice(text.as_bytes()),
        ValueRef::Text(_) | ValueRef::Null | ValueRef::Int(_) | ValueRef::Real(_) => {
            out.push(b'[');
            for (i, item) in list::items(value).enumerate() {
                if i > 0 {
                    out.push(b',');
                }
                write_str(out, &item);
            }
            out.push(b']');
        }
    }
}

/// A JSON column: documents as they are, other texts as strings.
fn write_any(value: ValueRef<'_>, out: &mut Vec<u8>) {
    match value {
        ValueRef::Null => out.extend_from_slice(b"null"),
        ValueRef::Int(n) => write_int(out, n),
        ValueRef::Real(n) => write_real(out, n),
        ValueRef::Text(text) if content::is_json(text) => out.extend_from_slice(text.as_bytes()),
        ValueRef::Text(text) => write_str(out, text),
    }
}
