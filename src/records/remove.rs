//! Deleting a record: its references first or with it, everything or nothing.

use std::sync::Arc;

use crate::context::Ctx;
use crate::error::{Error, Result};
use crate::schema::{Collection, FieldKind, Record};
use crate::sql::{Dialect, Restrict, Select};
use crate::store::{Reader, Tx};
use crate::value::{Row as _, Value, list};

use super::authorize::{Gate, Subject};
use super::draft::Save;
use super::{Records, find, uploads};

const FAILED: &str = "Failed to delete record. Make sure that the record is not part of a required relation reference.";
/// Referencing records handled per statement.
const CHUNK: i64 = 500;

/// Folders (`collection/record`) whose files can go once the delete is committed.
pub type Folders = Vec<String>;

/// Records of one collection that refer to `to` through the relation at `position`.
struct References<'a> {
    from: &'a Arc<Collection>,
    position: usize,
    to: &'a str,
}

impl Records {
    /// Deletes a record with everything that follows from it.
    pub async fn delete(&self, ctx: Ctx, collection: &str, id: &str) -> Result<()> {
        let (records, collection, id) = (self.clone(), collection.to_string(), id.to_string());
        let folders = self.store.write(move |tx| records.delete_in(tx, &ctx, &collection, &id)).await?;
        uploads::remove_folders(self, &folders).await;
        Ok(())
    }

    /// Inside a transaction; the folders returned are to be removed after COMMIT.
    pub fn delete_in(&self, tx: &mut Tx, ctx: &Ctx, collection: &str, id: &str) -> Result<Folders> {
        let catalog = tx.catalog().clone();
        let collection = find(&catalog, collection)?;
        if collection.is_view() {
            return Err(Error::bad_request("Unsupported collection type."));
        }
        let rule = collection.rules.delete.as_deref();
        self.not_closed(ctx, rule)?;
        let found = self.stored(tx, collection, id)?;
        let gate = self.gate(&catalog, collection, ctx, rule).unwrap_or(Gate::Closed);
        if !self.admits(tx, collection, &gate, Subject::Stored { id, values: &found.values })? {
            return Err(Error::not_found(""));
        }
        let mut folders = Folders::new();
        self.remove(tx, &found, &mut folders)?;
        Ok(folders)
    }

    /// Deletes every record of `collection`, one by one, as a caller without limits would.
    pub fn delete_all(&self, tx: &mut Tx, collection: &Arc<Collection>) -> Result<Folders> {
        let mut folders = Folders::new();
        loop {
            let select = Select { limit: CHUNK, ..Select::of(collection) };
            let rows = tx.query(&select.rows(Dialect::Sqlite))?;
            if rows.is_empty() {
                return Ok(folders);
            }
            for row in rows.iter() {
                let found = Record::of(collection, &row);
                // A cascade within the collection may have taken it already.
                if let Some(found) = self.stored_if_any(tx, collection, found.id())? {
                    self.remove(tx, &found, &mut folders)?;
                }
            }
        }
    }

    /// Deletes `found` and settles every reference to it.
    fn remove(&self, tx: &mut Tx, found: &Record, folders: &mut Folders) -> Result<()> {
        self.before_delete(tx, found)?;
        tx.delete(found).map_err(|error| super::write_failure(error, FAILED))?;
        folders.push(format!("{}/{}", found.collection.id, found.id()));
        let catalog = tx.catalog().clone();
        let mut referring: Vec<&Arc<Collection>> = catalog.iter().filter(|other| refers(other, found)).collect();
        referring.sort_by(|a, b| a.name.cmp(&b.name));
        for other in referring {
            for (position, field) in other.fields.iter().enumerate() {
                if field.relation() == Some(found.collection.id.as_str()) {
                    self.settle(tx, &References { from: other, position, to: found.id() }, folders)?;
                }
            }
        }
        self.after_delete(tx, found)
    }

    /// Deletes or empties what refers to a record that is gone.
    fn settle(&self, tx: &mut Tx, references: &References<'_>, folders: &mut Folders) -> Result<()> {
        let References { from: other, position, to: id } = *references;
        let Some(field) = other.fields.get(position) else { return Ok(()) };
        let FieldKind::Relation { cascade_delete, .. } = field.kind else { return Ok(()) };
        let ids = [id.to_string()];
        loop {
            let restrict = Restrict::Refers { field: position, ids: &ids };
            let rows = tx.query(&Select { restrict, limit: CHUNK, ..Select::of(other) }.rows(Dialect::Sqlite))?;
            if rows.is_empty() {
                return Ok(());
            }
            for row in rows.iter() {
                // A deeper cascade may have taken or changed it since it was read.
                let Some(before) = self.stored_if_any(tx, other, Record::of(other, &row).id())? else { continue };
                let kept = field.items(before.value(position)).filter(|other| other != id);
                let left: Vec<String> = kept.map(|id| id.into_owned()).collect();
                if left.is_empty() && cascade_delete {
                    self.remove(tx, &before, folders)?;
                } else if left.is_empty() && field.required {
                    return Err(Error::bad_request(FAILED));
                } else {
                    self.unlink(tx, before, position, left)?;
                }
            }
        }
    }

    /// Saves a record without a reference; its other values are not validated.
    fn unlink(&self, tx: &mut Tx, before: Record, position: usize, left: Vec<String>) -> Result<()> {
        let mut after = before.clone();
        let multiple = after.collection.fields.get(position).is_some_and(|field| field.is_multiple());
        if let Some(slot) = after.values.get_mut(position) {
            *slot = if multiple {
                Value::Text(list::text(left))
            } else {
                Value::Text(left.into_iter().next_back().unwrap_or_default())
            };
        }
        self.stamp(&mut after, Save::Changed);
        tx.update(&before, &after).map_err(|error| super::conflict(&before.collection, error, FAILED))
    }
}

fn refers(other: &Collection, found: &Record) -> bool {
    !other.is_view() && other.fields.iter().any(|field| field.relation() == Some(found.collection.id.as_str()))
}
