//! A record as a line of comma-separated values, as in RFC 4180.
//!
//! Texts are as they are, numbers and booleans as in JSON, lists and documents as JSON, nothing at all where there is none.

use crate::schema::{Collection, Field, FieldKind};
use crate::store::RowRef;
use crate::value::ValueRef;

use super::Cells;

/// What the first character of a text is that spreadsheets take for a formula.
const FORMULA: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// Appends the line of names.
pub fn names(collection: &Collection, shown: &[usize], out: &mut Vec<u8>) {
    let fields = shown.iter().filter_map(|index| collection.fields.get(*index));
    for (place, field) in fields.enumerate() {
        separate(place, out);
        cell(&field.name, out);
    }
    out.extend_from_slice(b"\r\n");
}

/// Appends the fields at these positions of a row of `collection`.
pub fn record(collection: &Collection, (shown, cells): (&[usize], Cells), row: RowRef<'_>, out: &mut Vec<u8>) {
    let fields = shown.iter().filter_map(|index| Some((*index, collection.fields.get(*index)?)));
    for (place, (index, field)) in fields.enumerate() {
        separate(place, out);
        value(field, cells, row.at(index), out);
    }
    out.extend_from_slice(b"\r\n");
}

fn separate(place: usize, out: &mut Vec<u8>) {
    if place > 0 {
        out.push(b',');
    }
}

fn value(field: &Field, cells: Cells, value: ValueRef<'_>, out: &mut Vec<u8>) {
    let mut json = Vec::new();
    match (&field.kind, value) {
        (FieldKind::Json { .. }, ValueRef::Null) => return,
        (FieldKind::Password { .. }, value) => return cell(value.text(), out),
        (_, value) => field.write_json(value, &mut json),
    }
    let is_document = matches!(field.kind, FieldKind::Json { .. });
    // What is a text in JSON is one here without its quotes; in a document they tell it from a number.
    if !is_document && let Ok(text) = serde_json::from_slice::<String>(&json) {
        if cells == Cells::Safe && text.starts_with(FORMULA) {
            return cell(&format!("'{text}"), out);
        }
        return cell(&text, out);
    }
    cell(&String::from_utf8_lossy(&json), out);
}

/// Appends a text, in quotes where it would be taken for more than one cell.
fn cell(text: &str, out: &mut Vec<u8>) {
    let edge = text.starts_with(' ') || text.ends_with(' ');
    if !edge && !text.contains(['"', ',', '\r', '\n']) {
        return out.extend_from_slice(text.as_bytes());
    }
    out.push(b'"');
    out.extend_from_slice(text.replace('"', "\"\"").as_bytes());
    out.push(b'"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_quoted_where_they_must_be() {
        for (text, expected) in [
            ("", ""),
            ("plain", "plain"),
            ("a,b", "\"a,b\""),
            ("say \"hi\"", "\"say \"\"hi\"\"\""),
            ("two\nlines", "\"two\nlines\""),
            (" edge", "\" edge\""),
            ("ünï", "ünï"),
        ] {
            let mut out = Vec::new();
            cell(text, &mut out);
            assert_eq!(String::from_utf8(out).unwrap(), expected);
        }
    }
}
