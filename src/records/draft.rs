//! A record on its way in: submitted values resolved, coerced and checked as far as no database is needed.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use crate::context::Ctx;
use crate::error::{Errors, FieldError, Result};
use crate::passwords;
use crate::schema::{Collection, Field, FieldKind, Record, Upload, modifiers};
use crate::store::{Reader as _, Tx};
use crate::value::{Json, Object, Row as _, Value, ValueRef};

use super::Records;
use super::body::{Input, NewFile};

/// A record with submitted values applied.
pub struct Draft {
    pub record: Record,
    /// Final values under plain field names plus unknown keys, as rules see `@request.body`.
    pub submitted: Arc<Object>,
    /// Uploads that ended up in a field.
    pub files: Vec<NewFile>,
    /// Plain texts of password fields that were set, by position; the record holds them until they are hashed.
    pub passwords: Vec<(usize, String)>,
}

/// Which autodates a save sets.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Save {
    New,
    Changed,
}

/// Hashes made ahead of the writer, by plain text.
pub type Hashes = HashMap<String, String>;

impl Records {
    /// Applies `body` to `before` (a stored record, or zero values for a new one).
    pub fn draft(&self, ctx: &Ctx, before: &Record, body: &Input) -> Draft {
        let collection = &before.collection;
        let (values, mut files) = body.values(collection);
        let mut submitted = match modifiers::resolve(collection, &values, before, &self.ids) {
            Cow::Borrowed(_) => values,
            Cow::Owned(resolved) => Arc::new(resolved),
        };
        let auth = collection.is_auth();
        let writable = |field: &Field| !field.hidden || (auth && field.name == "password");
        let may_be_set = |key: &String| collection.field(key).is_none_or(|(_, field)| writable(field));
        if !ctx.caller.is_superuser() && !submitted.keys().all(may_be_set) {
            Arc::make_mut(&mut submitted).retain(|key, _| may_be_set(key));
        }
        let mut record = before.clone();
        let mut passwords = Vec::new();
        for (position, field) in collection.fields.iter().enumerate() {
            let Some(input) = submitted.get(&field.name) else { continue };
            if matches!(field.kind, FieldKind::Autodate { .. }) {
                continue;
            }
            let value = field.coerce(input);
            if matches!(field.kind, FieldKind::Password { .. }) {
                passwords.push((position, value.text().to_string()));
            }
            if let Some(slot) = record.values.get_mut(position) {
                *slot = value;
            }
        }
        files.retain(|file| {
            let kept =
                |(position, field): (usize, &Field)| field.items(record.value(position)).any(|name| name == file.name);
            collection.field(file.field()).is_some_and(kept)
        });
        Draft { record, submitted, files, passwords }
    }

    /// Every problem of the record's values that shows without the database.
    pub fn problems(&self, draft: &Draft, before: Option<&Record>) -> Errors {
        let mut errors = Errors::default();
        let record = &draft.record;
        for (position, field) in record.collection.fields.iter().enumerate() {
            let value = record.value(position);
            let check = match &field.kind {
                FieldKind::Password { .. } => check_password(field, position, value, draft),
                FieldKind::File { .. } => {
                    let stored = before.map_or(ValueRef::Null, |before| before.value(position));
                    check_files(field, value, stored, &draft.files)
                }
                _ => field.validate(value),
            };
            errors.check(&field.name, check);
        }
        errors
    }

    /// Problems only the database knows: relations to records that do not exist. Values that did not change are not
    /// asked about again.
    pub fn missing_relations(
        &self,
        tx: &mut Tx,
        record: &Record,
        before: Option<&Record>,
        errors: &mut Errors,
    ) -> Result<()> {
        let catalog = tx.catalog().clone();
        for (position, field) in record.collection.fields.iter().enumerate() {
            let Some(target) = field.relation() else { continue };
            let value = record.value(position);
            if field.items(value).next().is_none() || before.is_some_and(|before| before.value(position) == value) {
                continue;
            }
            let Some(target) = catalog.by_id(target) else {
                let message = "Missing relation collection.";
                errors.add(&field.name, FieldError::new("validation_missing_rel_collection", message));
                continue;
            };
            let mut all = true;
            for id in field.items(value) {
                all = all && tx.has(target, &id)?;
            }
            if !all {
                let message = "Failed to find all relation records with the provided ids.";
                errors.add(&field.name, FieldError::new("validation_missing_rel_records", message));
            }
        }
        Ok(())
    }

    /// Puts hashes in the place of plain passwords.
    pub fn hash_passwords(&self, draft: &mut Draft, hashes: &Hashes) -> Result<()> {
        for (position, plain) in &draft.passwords {
            let hash = match hashes.get(plain) {
                Some(hash) => hash.clone(),
                None if plain.is_empty() => String::new(),
                None => passwords::hash_here(plain)?,
            };
            if let Some(slot) = draft.record.values.get_mut(*position) {
                *slot = Value::Text(hash);
            }
        }
        Ok(())
    }

    /// Hashes the valid passwords of `body` on the pool, before the writer is asked.
    pub async fn hash_ahead(&self, collection: &Collection, body: &Object) -> Result<Hashes> {
        let mut hashes = Hashes::new();
        for field in collection.fields.iter().filter(|f| matches!(f.kind, FieldKind::Password { .. })) {
            let Some(input) = body.get(&field.name) else { continue };
            let plain = field.coerce(input);
            if plain.text().is_empty()
                || field.check_password(plain.text()).is_err()
                || hashes.contains_key(plain.text())
            {
                continue;
            }
            hashes.insert(plain.text().to_string(), self.hasher.hash(plain.text()).await?);
        }
        Ok(hashes)
    }

    /// Sets the autodates of a save.
    pub fn stamp(&self, record: &mut Record, save: Save) {
        let collection = record.collection.clone();
        let mut now: Option<String> = None;
        for (position, field) in collection.fields.iter().enumerate() {
            let FieldKind::Autodate { on_create, on_update } = field.kind else { continue };
            let due = match save {
                Save::New => on_create,
                Save::Changed => on_update,
            };
            if due {
                let text = now.get_or_insert_with(|| self.clock.now().to_string()).clone();
                if let Some(slot) = record.values.get_mut(position) {
                    *slot = Value::Text(text);
                }
            }
        }
    }

    /// `@request.body` as rules see it: coerced values, and for uploads what is known of them.
    pub fn rule_body(&self, draft: &Draft) -> Object {
        let mut body = draft.submitted.as_ref().clone();
        for (position, field) in draft.record.collection.fields.iter().enumerate() {
            let Some(slot) = body.get_mut(&field.name) else { continue };
            if matches!(field.kind, FieldKind::Autodate { .. }) {
                continue;
            }
            *slot = rule_json(field, draft.record.value(position));
            if matches!(field.kind, FieldKind::File { .. }) {
                describe_uploads(slot, &draft.files);
            }
        }
        body
    }
}

/// A coerced value as rules compare it: booleans, numbers, texts; lists and documents as JSON.
fn rule_json(field: &Field, value: ValueRef<'_>) -> Json {
    match (&field.kind, value) {
        (FieldKind::Bool, value) => Json::Bool(value.is_true()),
        (_, ValueRef::Null) => Json::Null,
        (_, ValueRef::Int(n)) => n.into(),
        (_, ValueRef::Real(n)) => n.into(),
        (FieldKind::Json { .. } | FieldKind::GeoPoint, ValueRef::Text(text)) => {
            serde_json::from_str(text).unwrap_or_default()
        }
        (_, ValueRef::Text(text)) if field.is_multiple() => serde_json::from_str(text).unwrap_or_default(),
        (_, ValueRef::Text(text)) => text.into(),
    }
}

fn check_password(field: &Field, position: usize, value: ValueRef<'_>, draft: &Draft) -> Result<(), FieldError> {
    // A stored hash is no plain text: only its presence counts.
    if draft.passwords.iter().any(|(set, _)| *set == position) {
        field.check_password(value.text())
    } else {
        field.validate(value)
    }
}

fn check_files(
    field: &Field,
    value: ValueRef<'_>,
    stored: ValueRef<'_>,
    uploads: &[NewFile],
) -> Result<(), FieldError> {
    let new: Vec<_> = uploads
        .iter()
        .map(|file| Upload {
            name: &file.name,
            original: &file.upload.original_name,
            size: file.upload.size,
            mime: &file.upload.kind.mime,
        })
        .collect();
    field.validate(value)?;
    field.check_files(stored, value, &new)
}

fn describe_uploads(slot: &mut Json, uploads: &[NewFile]) {
    let describe = |name: &str| {
        let file = uploads.iter().find(|file| file.name == name)?;
        let mut object = Object::new();
        object.insert("name".into(), file.name.clone().into());
        object.insert("originalName".into(), file.upload.original_name.clone().into());
        object.insert("size".into(), file.upload.size.into());
        Some(Json::Object(object))
    };
    match slot {
        Json::String(name) => {
            if let Some(object) = describe(name) {
                *slot = object;
            }
        }
        Json::Array(names) => {
            for name in names {
                if let Some(object) = name.as_str().and_then(describe) {
                    *name = object;
                }
            }
        }
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::Object(_) => {}
    }
}
