//! What became of records and whose doing it was, from the history of changes; for superusers.

use std::sync::Arc;

use crate::error::Result;
use crate::schema::{Catalog, Collection, Field};
use crate::store::change::stored_values;
use crate::store::{Action, StoredChange, history};
use crate::value::Value;
use crate::value::json::{write_int, write_str};

use super::{Records, find};

/// Which changes of a collection are wanted, newest first.
pub struct Past {
    /// Of one record only.
    pub record: Option<String>,
    /// Only those before this one.
    pub before: Option<i64>,
    pub limit: usize,
}

impl Records {
    /// `{"items": […], "more": …}`: each with `seq`, `action`, `record`, `created`, `author` and the values `before` and
    /// `after`: of an update those it changed, else all. `null` where the history does not have them.
    pub async fn history(&self, collection: &str, past: Past) -> Result<Vec<u8>> {
        let name = collection.to_string();
        self.store
            .read(move |reader| {
                let catalog = reader.catalog().clone();
                let collection = find(&catalog, &name)?;
                let before = past.before.unwrap_or(i64::MAX);
                let mut changes = history::of(reader, &collection.id, past.record.as_deref(), before, past.limit + 1)?;
                let more = changes.len() > past.limit;
                changes.truncate(past.limit);
                Ok(written(&catalog, collection, &changes, more))
            })
            .await
    }
}

fn written(catalog: &Catalog, collection: &Arc<Collection>, changes: &[StoredChange], more: bool) -> Vec<u8> {
    let mut out = b"{\"items\":[".to_vec();
    for (index, change) in changes.iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        write_change(&mut out, catalog, collection, change);
    }
    out.extend_from_slice(b"],\"more\":");
    out.extend_from_slice(if more { b"true}" } else { b"false}" });
    out
}

fn write_change(out: &mut Vec<u8>, catalog: &Catalog, collection: &Collection, change: &StoredChange) {
    out.extend_from_slice(b"{\"seq\":");
    write_int(out, change.seq);
    for (name, text) in [
        ("action", change.action.name()),
        ("record", change.record.as_str()),
        ("created", change.created.to_string().as_str()),
    ] {
        write_key(out, name);
        write_str(out, text);
    }
    write_key(out, "author");
    match &change.author {
        None => out.extend_from_slice(b"null"),
        Some((collection, id)) => write_author(out, catalog, collection, id),
    }
    let now = (!change.is_forgotten()).then(|| stored_values(&change.data, collection));
    let was = change.was.as_deref().map(|was| stored_values(was, collection));
    let (before, after) = match (change.action, now, was) {
        (Action::Create, now, _) => (None, now),
        (Action::Delete, now, _) => (now, None),
        (Action::Update, now, None) => (None, now),
        (Action::Update, now, Some(was)) => {
            let changed = |(field, _): &(&Field, Value)| was.iter().any(|(other, _)| other.id == field.id);
            (Some(was.clone()), now.map(|now| now.into_iter().filter(changed).collect()))
        }
    };
    for (name, values) in [("before", before), ("after", after)] {
        write_key(out, name);
        write_values(out, values);
    }
    out.push(b'}');
}

fn write_author(out: &mut Vec<u8>, catalog: &Catalog, collection: &str, id: &str) {
    out.extend_from_slice(b"{\"collectionId\":");
    write_str(out, collection);
    write_key(out, "collectionName");
    write_str(out, catalog.by_id(collection).map_or("", |collection| collection.name.as_str()));
    write_key(out, "id");
    write_str(out, id);
    out.push(b'}');
}

fn write_values(out: &mut Vec<u8>, values: Option<Vec<(&Field, Value)>>) {
    let Some(values) = values else { return out.extend_from_slice(b"null") };
    out.push(b'{');
    for (index, (field, value)) in values.iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        write_str(out, &field.name);
        out.push(b':');
        field.write_json(value.as_ref(), out);
    }
    out.push(b'}');
}

fn write_key(out: &mut Vec<u8>, name: &str) {
    out.push(b',');
    write_str(out, name);
    out.push(b':');
}
