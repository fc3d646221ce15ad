//! The field list: names and ids, the primary key, what may not change, where relations point.

use super::Check;
use crate::error::{Errors, FieldError};
use crate::schema::{Field, FieldKind};

/// Names of inputs of auth records that are not stored.
const RESERVED_IN_AUTH: [&str; 2] = ["passwordConfirm", "oldPassword"];
const COMPOSITE_KEY: &str = "Composite PKs are not supported and the collection must have only 1 PK.";

impl Check<'_> {
    /// Each step stands on the one before, so only the first that finds something tells: names and ids that clash, the list
    /// as a whole, types that change, and at last every field by itself.
    pub(super) fn fields(&self, errors: &mut Errors) {
        let new = self.collection();
        let all = || new.fields.iter().enumerate();
        let twice = all().find_map(|(index, field)| Some((index, self.twice(index, field)?)));
        let taken = || all().find_map(|(index, field)| Some((index, self.reserved(field)?)));
        if let Some((index, (key, error))) = twice.or_else(taken) {
            return errors.nested("fields").nested(index.to_string()).add(key, error);
        }
        if let Err(error) = self.field_list() {
            return errors.add("fields", error);
        }
        let list = errors.nested("fields");
        for (index, field) in new.fields.iter().enumerate() {
            if self.stored_field(field).is_some_and(|stored| stored.kind.type_name() != field.kind.type_name()) {
                let error = FieldError::new("validation_field_type_change", "Field type cannot be changed.");
                list.add(index.to_string(), error);
            }
        }
        if list.is_empty() {
            self.each_field(list);
        }
    }

    fn each_field(&self, list: &mut Errors) {
        let new = self.collection();
        let keys = new.fields.iter().filter(|field| is_primary_key(field)).count();
        for (index, field) in new.fields.iter().enumerate() {
            let mut found = field.validate_settings(self.stored_field(field), self.ids);
            if keys > 1 && is_primary_key(field) {
                found.add("primaryKey", FieldError::new("validation_unsupported_composite_pk", COMPOSITE_KEY));
            }
            found.check("collectionId", self.relation_target(field));
            list.add(index.to_string(), found);
        }
    }

    /// The field before the save; those of a view are made anew.
    fn stored_field(&self, field: &Field) -> Option<&Field> {
        let stored = self.stored.filter(|_| !self.collection().is_view())?;
        stored.fields.iter().find(|old| old.id == field.id)
    }

    /// What is wrong with the list as a whole.
    fn field_list(&self) -> Result<(), FieldError> {
        let new = self.collection();
        if new.fields.is_empty() {
            return Err(FieldError::required());
        }
        let stored = self.stored.map(|stored| stored.fields.as_slice()).unwrap_or_default();
        let renamed = |old: &Field| new.fields.iter().any(|field| field.id == old.id && field.name != old.name);
        let key_renamed = !new.is_view() && stored.iter().any(|old| is_primary_key(old) && renamed(old));
        if key_renamed || !new.fields.iter().any(|field| field.name == "id" && is_primary_key(field)) {
            return Err(FieldError::new("validation_missing_primary_key", "Missing or invalid \"id\" PK field."));
        }
        let kept = |old: &Field| new.fields.iter().any(|field| field.id == old.id && field.name == old.name);
        if !new.is_view() && stored.iter().any(|old| old.system && !kept(old)) {
            let message = "System fields cannot be deleted or renamed.";
            return Err(FieldError::new("validation_system_field_change", message));
        }
        Ok(())
    }

    /// What it shares with a field before it, and the error.
    fn twice(&self, index: usize, field: &Field) -> Option<(&'static str, FieldError)> {
        let name = field.name.as_str();
        let mut earlier = self.collection().fields.iter().take(index);
        let other = earlier.find(|other| other.id == field.id || other.name.eq_ignore_ascii_case(name))?;
        if other.id == field.id {
            let message = format!("Duplicated or invalid field id {:?}.", field.id);
            return Some(("id", FieldError::new("validation_duplicated_field_id", message)));
        }
        let message = format!("Duplicated or invalid field name {name}.");
        let error = FieldError::new("validation_duplicated_field_name", message);
        Some(("name", error.with("fieldName", name)))
    }

    fn reserved(&self, field: &Field) -> Option<(&'static str, FieldError)> {
        if !self.collection().is_auth() || !RESERVED_IN_AUTH.contains(&field.name.as_str()) {
            return None;
        }
        let message = "The field name is reserved and cannot be used.";
        Some(("name", FieldError::new("validation_reserved_field_name", message)))
    }

    fn relation_target(&self, field: &Field) -> Result<(), FieldError> {
        let Some(target) = field.relation() else { return Ok(()) };
        let own = self.collection();
        let to_view = match self.catalog.by_id(target) {
            _ if target == own.id => own.is_view(),
            Some(collection) => collection.is_view(),
            None => {
                let message = "The relation collection doesn't exist.";
                return Err(FieldError::new("validation_field_relation_missing_collection", message));
            }
        };
        if to_view && !own.is_view() {
            let message = "Only view collections are allowed to have relations to other views.";
            return Err(FieldError::new("validation_relation_field_non_view_base_collection", message));
        }
        Ok(())
    }
}

fn is_primary_key(field: &Field) -> bool {
    matches!(field.kind, FieldKind::Text { primary_key: true, .. })
}
