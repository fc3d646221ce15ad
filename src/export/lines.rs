//! A record as a JSON object, as the API shows it.

use crate::schema::{Collection, FieldKind};
use crate::store::RowRef;
use crate::value::json::write_str;

/// Appends the fields at these positions of a row of `collection`.
pub fn record(collection: &Collection, shown: &[usize], row: RowRef<'_>, out: &mut Vec<u8>) {
    out.extend_from_slice(b"{\"collectionId\":");
    write_str(out, &collection.id);
    out.extend_from_slice(b",\"collectionName\":");
    write_str(out, &collection.name);
    for (index, field) in shown.iter().filter_map(|index| Some((*index, collection.fields.get(*index)?))) {
        // Field names are ASCII words: nothing to escape.
        out.extend_from_slice(b",\"");
        out.extend_from_slice(field.name.as_bytes());
        out.extend_from_slice(b"\":");
        match field.kind {
            // Only who wants secrets gets here.
            FieldKind::Password { .. } => write_str(out, row.at(index).text()),
            _ => field.write_json(row.at(index), out),
        }
    }
    out.push(b'}');
}
