//! Deleting a record: its references first or with it, everything or nothing.

use std::collections::VecDeque;
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

/// A record that is gone, and what refers to it and is not settled yet. These wait in a list, not on the call stack: a
/// chain of cascades may be as long as its owner likes.
struct Removal {
    found: Record,
    /// Relations that may refer to it: collection and position.
    relations: VecDeque<(Arc<Collection>, usize)>,
    /// Ids of records that do, through the first of these relations.
    referring: VecDeque<String>,
}

/// What becomes of a record that referred to one that is gone.
enum Fate {
    /// Nothing more than is done already.
    Stays,
    Follows(Record),
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
        tx.act_for(&ctx.caller);
        self.remove(tx, found, &mut folders)?;
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
                    self.remove(tx, found, &mut folders)?;
                }
            }
        }
    }

    /// Deletes `found` and settles every reference to it, depth first.
    fn remove(&self, tx: &mut Tx, found: Record, folders: &mut Folders) -> Result<()> {
        let mut open = vec![self.remove_one(tx, found, folders)?];
        while let Some(removal) = open.last_mut() {
            if let Some(id) = removal.referring.pop_front() {
                if let Fate::Follows(record) = self.settle(tx, removal, &id)? {
                    let next = self.remove_one(tx, record, folders)?;
                    open.push(next);
                }
            } else if let Some((other, position)) = removal.relations.front() {
                removal.referring = referring(tx, other, *position, removal.found.id())?;
                if removal.referring.is_empty() {
                    removal.relations.pop_front();
                }
            } else {
                self.after_delete(tx, &removal.found)?;
                open.pop();
            }
        }
        Ok(())
    }

    /// Deletes the record itself; its references are still to be settled.
    fn remove_one(&self, tx: &mut Tx, found: Record, folders: &mut Folders) -> Result<Removal> {
        self.before_delete(tx, &found)?;
        tx.delete(&found).map_err(|error| super::write_failure(error, FAILED))?;
        if found.collection.has_files() {
            folders.push(format!("{}/{}", found.collection.id, found.id()));
        }
        let catalog = tx.catalog().clone();
        let mut collections: Vec<&Arc<Collection>> = catalog.iter().filter(|other| !other.is_view()).collect();
        collections.sort_by(|a, b| a.name.cmp(&b.name));
        let target = Some(found.collection.id.as_str());
        let mut relations = VecDeque::new();
        for other in collections {
            let fields = other.fields.iter().enumerate().filter(|(_, field)| field.relation() == target);
            relations.extend(fields.map(|(position, _)| (other.clone(), position)));
        }
        Ok(Removal { found, relations, referring: VecDeque::new() })
    }

    /// Settles the reference of one record.
    fn settle(&self, tx: &mut Tx, removal: &Removal, referring: &str) -> Result<Fate> {
        let Some((other, position)) = removal.relations.front() else { return Ok(Fate::Stays) };
        let Some(field) = other.fields.get(*position) else { return Ok(Fate::Stays) };
        let FieldKind::Relation { cascade_delete, .. } = field.kind else { return Ok(Fate::Stays) };
        // A deeper cascade may have taken or changed it since it was found.
        let Some(before) = self.stored_if_any(tx, other, referring)? else { return Ok(Fate::Stays) };
        let kept = field.items(before.value(*position)).filter(|id| id != removal.found.id());
        let left: Vec<String> = kept.map(|id| id.into_owned()).collect();
        if left.is_empty() && cascade_delete {
            return Ok(Fate::Follows(before));
        }
        if left.is_empty() && field.required {
            return Err(Error::bad_request(FAILED));
        }
        self.unlink(tx, before, *position, left)?;
        Ok(Fate::Stays)
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

/// Ids of the next records of `other` that refer to `id` through the relation at `position`.
fn referring(tx: &mut Tx, other: &Collection, position: usize, id: &str) -> Result<VecDeque<String>> {
    let ids = [id.to_string()];
    let restrict = Restrict::Refers { field: position, ids: &ids };
    let rows = tx.query(&Select { restrict, limit: CHUNK, ..Select::of(other) }.ids(Dialect::Sqlite))?;
    Ok(rows.iter().map(|row| row.value(0).text().to_string()).collect())
}
