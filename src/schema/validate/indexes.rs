//! The index texts: readable, unique by name and definition, and those the server relies on still there.

use super::Check;
use crate::error::{Errors, FieldError};
use crate::schema::index::OWN_INDEX;
use crate::schema::{Collection, Index};

impl Check<'_> {
    pub(super) fn indexes(&self, errors: &mut Errors) {
        let new = self.collection();
        if new.is_view() {
            if !new.indexes.is_empty() {
                let message = "View collections don't support indexes.";
                errors.add("indexes", FieldError::new("validation_indexes_not_supported", message));
            }
            return;
        }
        let mut earlier: Vec<Index> = Vec::new();
        for (at, text) in new.indexes.iter().enumerate() {
            match self.index(text, &earlier) {
                Ok(index) => earlier.push(index),
                // The first is told: what follows may be wrong only because of it.
                Err(error) => return errors.nested("indexes").add(at.to_string(), error),
            }
        }
        errors.check("indexes", self.system_indexes(&earlier));
    }

    fn index(&self, text: &str, earlier: &[Index]) -> Result<Index, FieldError> {
        let Some(index) = Index::parse(text) else {
            return Err(FieldError::new("validation_invalid_index_expression", "Invalid CREATE INDEX expression."));
        };
        if index.name.to_ascii_lowercase().starts_with(OWN_INDEX) {
            let message = format!("Index names that begin with {OWN_INDEX} are the server's own.");
            return Err(FieldError::new("validation_invalid_index_expression", message));
        }
        if earlier.iter().any(|other| other.name.eq_ignore_ascii_case(&index.name)) {
            return Err(FieldError::new("validation_duplicated_index_name", "The index name already exists."));
        }
        if let Some(table) = self.others().find(|other| has_index_named(other, &index.name)) {
            let message = format!("The index name is already used in {} collection.", table.name);
            let error = FieldError::new("validation_existing_index_name", message);
            return Err(error.with("usedTableName", table.name.as_str()));
        }
        if earlier.iter().any(|other| definition(other) == definition(&index)) {
            let message = "The index definition already exists.";
            return Err(FieldError::new("validation_duplicated_index_definition", message));
        }
        Ok(index)
    }

    /// Unique indexes over system fields keep their columns, and auth collections have theirs.
    fn system_indexes(&self, indexes: &[Index]) -> Result<(), FieldError> {
        let stored = self.stored.map(|stored| stored.indexes.as_slice()).unwrap_or_default();
        for old in stored.iter().filter_map(|text| Index::parse(text)).filter(|old| old.unique) {
            let columns = self.columns_now(&old);
            let system =
                self.collection().fields.iter().filter(|field| field.system && columns.contains(&Some(&field.name)));
            let kept = indexes.iter().any(|index| index.unique && names(index) == columns);
            if let (Some(field), false) = (system.map(|field| field.name.as_str()).next(), kept) {
                let message = format!("Unique index definition on system fields ({field}) is invalid or missing.");
                let error = FieldError::new("validation_invalid_unique_system_field_index", message);
                return Err(error.with("fieldName", field));
            }
        }
        for column in ["tokenKey", "email"] {
            if self.collection().is_auth() && !self.collection().has_unique_index(column) {
                let message = format!("Missing required unique index for field {column}.");
                let error = FieldError::new("validation_missing_required_unique_index", message);
                return Err(error.with("fieldName", column));
            }
        }
        Ok(())
    }

    /// The columns of a stored index under their new names; system fields have none.
    fn columns_now<'a>(&'a self, old: &'a Index) -> Vec<Option<&'a str>> {
        let now = |name: &'a str| {
            let (_, before) = self.stored?.field(name)?;
            if before.system {
                return Some(name);
            }
            let field = self.collection().fields.iter().find(|field| field.id == before.id)?;
            Some(field.name.as_str())
        };
        names(old).into_iter().map(|name| name.and_then(now)).collect()
    }
}

/// The plain columns; `None` stands for an expression.
fn names(index: &Index) -> Vec<Option<&str>> {
    index.columns.iter().map(|column| column.on.column()).collect()
}

/// What it indexes, whatever it is called.
fn definition(index: &Index) -> String {
    Index { name: String::new(), schema: String::new(), optional: false, ..index.clone() }.build().to_lowercase()
}

fn has_index_named(collection: &Collection, name: &str) -> bool {
    collection.indexes.iter().filter_map(|text| Index::parse(text)).any(|index| index.name.eq_ignore_ascii_case(name))
}
