//! The field list: names and ids, the primary key, what may not change, where relations point.

use super::Check;
use crate::error::{Errors, FieldError};
use crate::schema::{Field, FieldKind};

/// Names of inputs of auth records that are not stored.
const RESERVED_IN_AUTH: [&str; 2] = ["passwordConfirm", "oldPassword"];
const COMPOSITE_KEY: &str = "Composite PKs are not supported and the collection must have only 1 PK.";

impl Check<'_> {
    pub(super) fn fields(&self, errors: &mut Errors) {
        if let Err(error) = self.field_list() {
            errors.add("fields", error);
            return;
        }
        let new = self.collection();
        let keys = new.fields.iter().filter(|field| is_primary_key(field)).count();
        let list = errors.nested("fields");
        for (index, field) in new.fields.iter().enumerate() {
            let stored = self.stored.filter(|_| !new.is_view());
            let stored = stored.and_then(|stored| stored.fields.iter().find(|old| old.id == field.id));
            if stored.is_some_and(|stored| stored.kind.type_name() != field.kind.type_name()) {
                let error = FieldError::new("validation_field_type_change", "Field type cannot be changed.");
                list.add(index.to_string(), error);
                continue;
            }
            let mut found = field.validate_settings(stored, self.ids);
            found.check("id", self.unique_id(index, field));
            found.check("name", self.free_name(index, field));
            if keys > 1 && is_primary_key(field) {
                found.add("primaryKey", FieldError::new("validation_unsupported_composite_pk", COMPOSITE_KEY));
            }
            found.check("collectionId", self.relation_target(field));
            list.add(index.to_string(), found);
        }
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

    fn unique_id(&self, index: usize, field: &Field) -> Result<(), FieldError> {
        if self.collection().fields.iter().take(index).any(|other| other.id == field.id) {
            let message = format!("Duplicated or invalid field id {:?}.", field.id);
            return Err(FieldError::new("validation_duplicated_field_id", message));
        }
        Ok(())
    }

    fn free_name(&self, index: usize, field: &Field) -> Result<(), FieldError> {
        let name = field.name.as_str();
        if self.collection().is_auth() && RESERVED_IN_AUTH.contains(&name) {
            let message = "The field name is reserved and cannot be used.";
            return Err(FieldError::new("validation_reserved_field_name", message));
        }
        if self.collection().fields.iter().take(index).any(|other| other.name.eq_ignore_ascii_case(name)) {
            let message = format!("Duplicated or invalid field name {name}.");
            return Err(FieldError::new("validation_duplicated_field_name", message).with("fieldName", name));
        }
        Ok(())
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
