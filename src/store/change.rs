//! A write as a value: `Change` while it is fresh, `StoredChange` as the `_changes` table keeps it.

use std::sync::Arc;

use crate::clock::Timestamp;
use crate::schema::{Collection, Field, FieldKind, Record};
use crate::value::{Json, Object, Row as _, Value, ValueRef, json};

/// What happened to a record. It exists only after COMMIT.
#[derive(Clone, Debug)]
pub struct Change {
    /// Position in commit order; without gaps, also over restarts.
    pub seq: i64,
    pub collection: Arc<Collection>,
    pub action: Action,
    /// `None` for a create, and for an update out of a history that does not have it.
    pub before: Option<Arc<Record>>,
    /// `None` for a delete.
    pub after: Option<Arc<Record>>,
    /// Whose request it was; `None` for guests, for what the server does by itself, and out of a history.
    pub author: Option<Arc<Record>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    Create,
    Update,
    Delete,
}

impl Action {
    /// As clients and the table spell it.
    pub fn name(self) -> &'static str {
        match self {
            Action::Create => "create",
            Action::Update => "update",
            Action::Delete => "delete",
        }
    }

    fn parse(name: &str) -> Option<Action> {
        [Action::Create, Action::Update, Action::Delete].into_iter().find(|action| action.name() == name)
    }
}

impl Change {
    /// The record as it is now, or as it last was.
    pub fn record(&self) -> Option<&Arc<Record>> {
        self.after.as_ref().or(self.before.as_ref())
    }
}

/// Of `_changes`, as [`StoredChange::from_row`] reads them.
pub(super) const COLUMNS: &str = "seq, collection, action, record, data, created, was, author";

/// A change read back from history; secrets were never written there.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredChange {
    pub seq: i64,
    /// Collection id.
    pub collection: String,
    pub action: Action,
    /// Record id.
    pub record: String,
    /// A JSON object of stored values by field name: after the change, or before a delete. Empty when its collection keeps
    /// no history, or not for so long.
    pub data: String,
    pub created: Timestamp,
    /// For an update: a JSON object of the former values of what it changed; older histories do not have it.
    pub was: Option<String>,
    /// Collection id and record id of whose request it was.
    pub author: Option<(String, String)>,
}

impl StoredChange {
    /// The record in today's shape of its collection: fields that history does not know are `Null`.
    pub fn to_record(&self, collection: &Arc<Collection>) -> Record {
        let object = object(&self.data);
        let value = |field: &Field| object.get(&field.name).map_or(Value::Null, stored_value);
        Record { collection: collection.clone(), values: collection.fields.iter().map(value).collect() }
    }

    /// It is known that it happened, but not what.
    pub fn is_forgotten(&self) -> bool {
        self.data.is_empty()
    }

    /// The change with its records in today's shape of their collection, unless it is forgotten.
    pub fn to_change(&self, collection: &Arc<Collection>) -> Option<Change> {
        if self.is_forgotten() {
            return None;
        }
        let record = self.to_record(collection);
        let (before, after) = match self.action {
            Action::Create => (None, Some(record)),
            Action::Update => (self.former(&record), Some(record)),
            Action::Delete => (Some(record), None),
        };
        let (before, after) = (before.map(Arc::new), after.map(Arc::new));
        let (seq, action, collection) = (self.seq, self.action, collection.clone());
        Some(Change { seq, collection, action, before, after, author: None })
    }

    /// What an update made `after` of.
    fn former(&self, after: &Record) -> Option<Record> {
        let mut before = after.clone();
        for (name, value) in &object(self.was.as_deref()?) {
            before.set(name, stored_value(value));
        }
        Some(before)
    }

    /// From the columns of [`COLUMNS`].
    pub(super) fn from_row(row: super::RowRef<'_>) -> Option<StoredChange> {
        let (ValueRef::Int(seq), ValueRef::Int(created)) = (row.at(0), row.at(5)) else { return None };
        Some(StoredChange {
            seq,
            collection: row.at(1).text().to_string(),
            action: Action::parse(row.at(2).text())?,
            record: row.at(3).text().to_string(),
            data: row.at(4).text().to_string(),
            created: Timestamp(created),
            was: match row.at(6) {
                ValueRef::Text(was) => Some(was.to_string()),
                ValueRef::Null | ValueRef::Int(_) | ValueRef::Real(_) => None,
            },
            author: row.at(7).text().split_once('/').map(|(collection, id)| (collection.into(), id.into())),
        })
    }
}

/// The stored values in an object of the history, of fields that the collection still has.
pub fn stored_values<'a>(text: &str, collection: &'a Collection) -> Vec<(&'a Field, Value)> {
    let object = object(text);
    let value = |field: &'a Field| object.get(&field.name).map(|value| (field, stored_value(value)));
    collection.fields.iter().filter_map(value).collect()
}

fn stored_value(value: &Json) -> Value {
    match value {
        Json::Null => Value::Null,
        Json::Bool(flag) => Value::from(*flag),
        Json::Number(n) => n.as_i64().map_or_else(|| Value::Real(n.as_f64().unwrap_or_default()), Value::Int),
        Json::String(text) => Value::Text(text.clone()),
        // Lists and documents are stored as text, so this is never written.
        Json::Array(_) | Json::Object(_) => Value::Text(json::text(value)),
    }
}

fn object(text: &str) -> Object {
    match json::parse(text.as_bytes()) {
        Ok(Json::Object(object)) => object,
        Ok(_) | Err(_) => Object::new(),
    }
}

/// Appends the stored values of a record as a JSON object, without what must never leave its row.
pub(super) fn write_data(out: &mut Vec<u8>, record: &Record) {
    write_values(out, record, |_| true);
}

/// Appends the values that differ from those `after` an update, in the same way.
pub(super) fn write_was(out: &mut Vec<u8>, before: &Record, after: &Record) {
    write_values(out, before, |index| before.value(index) != after.value(index));
}

fn write_values(out: &mut Vec<u8>, record: &Record, wanted: impl Fn(usize) -> bool) {
    out.push(b'{');
    let mut first = true;
    for (index, field) in record.collection.fields.iter().enumerate() {
        if is_secret(&record.collection, field) || !wanted(index) {
            continue;
        }
        if !std::mem::take(&mut first) {
            out.push(b',');
        }
        json::write_str(out, &field.name);
        out.push(b':');
        match record.value(index) {
            ValueRef::Null => out.extend_from_slice(b"null"),
            ValueRef::Int(n) => json::write_int(out, n),
            ValueRef::Real(n) => json::write_real(out, n),
            ValueRef::Text(text) => json::write_str(out, text),
        }
    }
    out.push(b'}');
}

/// Password hashes, and the keys that sign an account's tokens.
fn is_secret(collection: &Collection, field: &Field) -> bool {
    matches!(field.kind, FieldKind::Password { .. }) || (field.name == "tokenKey" && collection.is_auth())
}
