//! Rules and indexes follow renames: what was written about a field or a collection means it under its new name too.

use std::sync::Arc;

use super::columns::new_name;
use super::views;
use crate::expr::{self, rename};
use crate::schema::{Catalog, Collection, CollectionKind, Index};
use crate::sql::collection_rows;
use crate::store::{Reader as _, StoreError, Tx};

/// A collection before and after a save, and everything as it was before.
pub(super) struct Renames<'a> {
    pub old: &'a Collection,
    pub new: &'a Collection,
    pub catalog: &'a Catalog,
}

impl Renames<'_> {
    /// The new name of a field of the collection. Those of the system cannot be renamed.
    fn column(&self, name: &str) -> Option<String> {
        let is_system = |field: &crate::schema::Field| field.system && field.name.eq_ignore_ascii_case(name);
        if self.old.fields.iter().any(is_system) { None } else { new_name(self.old, self.new, name) }
    }

    fn is_empty(&self) -> bool {
        self.old.name == self.new.name && self.old.fields.iter().all(|field| self.column(&field.name).is_none())
    }

    /// The rule under the new names, when it needs them. `owner` is the collection it belongs to, as it was.
    fn rule(&self, text: &str, owner: &Arc<Collection>) -> Option<String> {
        let id = || self.old.id.clone();
        let field = |field: &crate::schema::Field| Some((id(), field.id.clone(), self.column(&field.name)?));
        let renames = rename::Renames {
            collections: vec![(id(), self.new.name.clone())],
            fields: self.old.fields.iter().filter_map(field).collect(),
        };
        rename::rewrite(text, &rename::scope_of(self.catalog, owner), &renames)
    }
}

/// Does a rule compile for a collection, with these beside it?
pub(super) fn compile(text: &str, collection: &Collection, catalog: &Catalog) -> Result<(), String> {
    let Some(root) = catalog.by_id(&collection.id) else { return Err("unknown collection".to_string()) };
    expr::compile(text, &rename::scope_of(catalog, root)).map(|_| ()).map_err(|error| error.to_string())
}

/// Texts of the collection that its owner left as they were follow the renames of the same request; changed ones are
/// taken as they come.
pub(super) fn own_texts(new: &mut Collection, stored: &Arc<Collection>, catalog: &Catalog) {
    let after = new.clone();
    let renames = Renames { old: stored, new: &after, catalog };
    if renames.is_empty() {
        return;
    }
    for text in new.indexes.iter_mut().filter(|text| stored.indexes.contains(text)) {
        if let Some(renamed) = renamed_index(text, &renames) {
            *text = renamed;
        }
    }
    own_names(new, stored, &renames);
    let before = rules(&mut Collection::clone(stored)).map(|rule| rule.cloned());
    for (rule, before) in rules(new).into_iter().zip(before) {
        if let (Some(rule), Some(before)) = (rule, before)
            && *rule == before
            && let Some(renamed) = renames.rule(&before, stored)
        {
            *rule = renamed;
        }
    }
}

/// Options that name fields.
fn own_names(new: &mut Collection, stored: &Collection, renames: &Renames) {
    let (CollectionKind::Auth(options), Some(before)) = (&mut new.kind, stored.auth()) else { return };
    let follow = |name: &mut String| {
        if let Some(renamed) = renames.column(name) {
            *name = renamed;
        }
    };
    if options.password_auth.identity_fields == before.password_auth.identity_fields {
        options.password_auth.identity_fields.iter_mut().for_each(follow);
    }
    if options.oauth2.mapped_fields == before.oauth2.mapped_fields {
        let mapped = &mut options.oauth2.mapped_fields;
        [&mut mapped.id, &mut mapped.name, &mut mapped.username, &mut mapped.avatar_url].into_iter().for_each(follow);
    }
}

/// The index text when one of its columns has another name now.
fn renamed_index(text: &str, renames: &Renames) -> Option<String> {
    let index = Index::parse(text)?;
    let renamed = index.clone().rename_columns(&|name| renames.column(name));
    (renamed != index).then(|| renamed.build())
}

/// Every rule text of a collection.
fn rules(collection: &mut Collection) -> [Option<&mut String>; 8] {
    let own = &mut collection.rules;
    let (auth, manage, mfa) = match &mut collection.kind {
        CollectionKind::Auth(options) => {
            (options.auth_rule.as_mut(), options.manage_rule.as_mut(), Some(&mut options.mfa.rule))
        }
        CollectionKind::Base | CollectionKind::View(_) => (None, None, None),
    };
    let [list, view, create, update, delete] =
        [&mut own.list, &mut own.view, &mut own.create, &mut own.update, &mut own.delete].map(Option::as_mut);
    [list, view, create, update, delete, auth, manage, mfa]
}

/// The rules of all other collections follow.
pub(super) fn others(tx: &mut Tx, renames: &Renames) -> Result<(), StoreError> {
    if renames.is_empty() {
        return Ok(());
    }
    let catalog = tx.catalog().clone();
    for other in catalog.iter().filter(|other| other.id != renames.new.id) {
        let mut new = Collection::clone(other);
        for rule in rules(&mut new).into_iter().flatten().filter(|rule| !rule.is_empty()) {
            if let Some(renamed) = renames.rule(rule, other) {
                *rule = renamed;
            }
        }
        if new != **other {
            tx.execute(&collection_rows::update(&new))?;
            views::put(tx, new);
        }
    }
    Ok(())
}
