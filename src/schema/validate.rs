//! Is a collection fit to be stored? Everything that takes the collection as a whole, its stored version or the others;
//! what concerns one field alone is judged by its kind.

mod auth;
mod fields;
mod indexes;

use super::{Catalog, Collection, CollectionKind, Draft};
use crate::error::{Errors, FieldError};
use crate::id::Ids;

/// The check of one rule text against a collection: `Err` says why it does not compile.
pub type CompileRule<'a> = &'a dyn Fn(&str, &Collection) -> Result<(), String>;

/// A draft and what it is judged by.
pub struct Check<'a> {
    pub draft: &'a Draft,
    /// Its version before the save; `None` for a new one.
    pub stored: Option<&'a Collection>,
    /// All collections; whether the draft itself is among them does not matter.
    pub catalog: &'a Catalog,
    /// Lower-cased names of the tables and views in the database.
    pub tables: &'a [String],
    pub compile: CompileRule<'a>,
    /// Makes samples of patterns that generate values.
    pub ids: &'a Ids,
}

impl Check<'_> {
    /// Everything that is wrong with the draft, by property.
    pub fn run(&self) -> Errors {
        let new = &self.draft.collection;
        let mut errors = Errors::default();
        errors.check("id", self.id());
        errors.check("name", self.name());
        errors.check("type", self.type_name());
        if self.stored.is_some_and(|stored| stored.system != new.system) {
            let message = "System collection state cannot be changed.";
            errors.add("system", FieldError::new("validation_collection_system_flag_change", message));
        }
        self.fields(&mut errors);
        self.rules(&mut errors);
        self.indexes(&mut errors);
        match &new.kind {
            CollectionKind::Base => {}
            CollectionKind::Auth(options) => self.auth(options, &mut errors),
            CollectionKind::View(query) if query.is_empty() => errors.add("viewQuery", FieldError::required()),
            CollectionKind::View(_) => {}
        }
        errors.prune();
        errors
    }

    fn collection(&self) -> &Collection {
        &self.draft.collection
    }

    /// All collections but the one that is saved.
    fn others(&self) -> impl Iterator<Item = &Collection> {
        let id = self.stored.map_or(self.collection().id.as_str(), |stored| stored.id.as_str());
        self.catalog.iter().map(AsRef::as_ref).filter(move |other| other.id != id)
    }

    fn id(&self) -> Result<(), FieldError> {
        let id = &self.collection().id;
        if let Some(stored) = self.stored {
            let mismatch = || FieldError::new("validation_values_mismatch", "Values don't match.");
            return if stored.id == *id { Ok(()) } else { Err(mismatch()) };
        }
        length(id, 1, 100)?;
        word(id)?;
        // A collection saved earlier in the same import is itself in the catalog.
        if self.catalog.by_id(id).is_some_and(|other| **other != *self.collection()) {
            let message = "The model id is invalid or already exists.";
            return Err(FieldError::new("validation_invalid_or_existing_id", message));
        }
        Ok(())
    }

    fn name(&self) -> Result<(), FieldError> {
        let name = &self.collection().name;
        if self.stored.is_some_and(|stored| stored.system && stored.name != *name) {
            let message = "System collection name cannot be changed.";
            return Err(FieldError::new("validation_collection_system_name_change", message));
        }
        length(name, 1, 255)?;
        word(name)?;
        no_via(name)?;
        if self.others().any(|other| other.name.eq_ignore_ascii_case(name)) {
            let message = "Collection name must be unique (case insensitive).";
            return Err(FieldError::new("validation_collection_name_exists", message));
        }
        if self.others().any(|other| other.id == *name) {
            let message = "The name must not match an existing collection id.";
            return Err(FieldError::new("validation_collection_name_id_duplicate", message));
        }
        let lower = name.to_ascii_lowercase();
        let is_own = self.catalog.iter().any(|own| own.name.eq_ignore_ascii_case(name))
            || self.stored.is_some_and(|stored| stored.name.eq_ignore_ascii_case(name));
        if lower.starts_with("sqlite_") || (!is_own && self.tables.contains(&lower)) {
            let message = "The name shouldn't match with an existing internal table.";
            return Err(FieldError::new("validation_collection_name_invalid", message));
        }
        Ok(())
    }

    fn type_name(&self) -> Result<(), FieldError> {
        let asked = self.draft.type_name.as_str();
        if !["base", "auth", "view"].contains(&asked) {
            return Err(FieldError::new("validation_in_invalid", "Must be a valid value."));
        }
        if self.stored.is_some_and(|stored| stored.type_name() != asked) {
            return Err(FieldError::new("validation_collection_type_change", "Collection type cannot be changed."));
        }
        Ok(())
    }

    fn rules(&self, errors: &mut Errors) {
        let stored = self.stored.map(Collection::named_rules);
        for (index, (name, rule)) in self.collection().named_rules().into_iter().enumerate() {
            let before = stored.as_ref().and_then(|rules| rules.get(index)).map(|(_, rule)| *rule);
            let writes = ["createRule", "updateRule", "deleteRule"].contains(&name);
            if self.collection().is_view() && writes && rule.is_some() {
                errors.add(name, FieldError::new("validation_nil", "Must be blank."));
                continue;
            }
            errors.check(name, self.rule(rule, before));
        }
    }

    /// A rule must compile; `before` is its stored version, if there is one.
    fn rule(&self, rule: Option<&str>, before: Option<Option<&str>>) -> Result<(), FieldError> {
        if self.stored.is_some_and(|stored| stored.system) && before.is_some_and(|before| before != rule) {
            let message = "System collection API rule cannot be changed.";
            return Err(FieldError::new("validation_collection_system_rule_change", message));
        }
        match rule {
            None | Some("") => Ok(()),
            Some(text) => (self.compile)(text, self.collection()).map_err(|reason| {
                let reason = reason.trim_end_matches('.');
                FieldError::new("validation_invalid_rule", format!("Invalid rule. Raw error: {reason}."))
            }),
        }
    }
}

impl Collection {
    /// The rules of every type with their JSON names.
    pub fn named_rules(&self) -> [(&'static str, Option<&str>); 5] {
        [
            ("listRule", self.rules.list.as_deref()),
            ("viewRule", self.rules.view.as_deref()),
            ("createRule", self.rules.create.as_deref()),
            ("updateRule", self.rules.update.as_deref()),
            ("deleteRule", self.rules.delete.as_deref()),
        ]
    }
}

/// Required, and between `min` and `max` characters.
fn length(text: &str, min: usize, max: usize) -> Result<(), FieldError> {
    if text.is_empty() {
        return Err(FieldError::required());
    }
    if (min..=max).contains(&text.chars().count()) {
        return Ok(());
    }
    let message = format!("The length must be between {min} and {max}.");
    Err(FieldError::new("validation_length_out_of_range", message).with("min", min).with("max", max))
}

/// ASCII letters, digits and `_`.
fn word(text: &str) -> Result<(), FieldError> {
    if text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
        return Ok(());
    }
    Err(FieldError::new("validation_match_invalid", "Must be in a valid format."))
}

/// `_via_` marks back-relations in expressions.
fn no_via(text: &str) -> Result<(), FieldError> {
    if text.to_ascii_lowercase().contains("_via_") {
        return Err(FieldError::new("validation_found_via", "The value cannot contain \"_via_\"."));
    }
    Ok(())
}

/// Required, and a number within these bounds.
fn between(number: i64, min: i64, max: i64) -> Result<(), FieldError> {
    match number {
        0 => Err(FieldError::required()),
        n if n < min => {
            let code = "validation_min_greater_equal_than_required";
            Err(FieldError::new(code, format!("Must be no less than {min}.")).with("threshold", min))
        }
        n if n > max => {
            let code = "validation_max_less_equal_than_required";
            Err(FieldError::new(code, format!("Must be no greater than {max}.")).with("threshold", max))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests;
