//! Select and relation fields: one or several texts out of a fixed list, or ids of another collection's records.

use super::bounds::within;
use super::{Field, FieldKind};
use crate::error::{Errors, FieldError};
use crate::value::list::Items;

/// At least one item is there.
pub(super) fn check_select(items: Items<'_>, values: &[String], max_select: i64) -> Result<(), FieldError> {
    check_count(items.clone(), max_select)?;
    match { items }.find(|item| !values.iter().any(|allowed| allowed == item)) {
        None => Ok(()),
        Some(item) => Err(FieldError::new("validation_invalid_value", format!("Invalid value {}", item.trim_end()))
            .with("value", item.into_owned())),
    }
}

/// At least one item is there. That the records exist is for the database to say.
pub(super) fn check_relation(items: Items<'_>, min_select: i64, max_select: i64) -> Result<(), FieldError> {
    if i64::try_from(items.clone().count()).is_ok_and(|count| count < min_select) {
        let message = format!("Select at least {min_select}.");
        return Err(FieldError::new("validation_not_enough_values", message).with("minSelect", min_select));
    }
    check_count(items, max_select)
}

fn check_count(items: Items<'_>, max_select: i64) -> Result<(), FieldError> {
    let max = max_select.max(1);
    if i64::try_from(items.count()).is_ok_and(|count| count <= max) {
        return Ok(());
    }
    Err(FieldError::new("validation_too_many_values", format!("Select no more than {max}.")).with("maxSelect", max))
}

pub(super) fn check_select_options(values: &[String], max_select: i64, errors: &mut Errors) {
    if values.is_empty() {
        errors.add("values", FieldError::required());
    }
    let mut seen = std::collections::HashSet::new();
    for (i, value) in values.iter().enumerate() {
        if !seen.insert(value) {
            let error = FieldError::new("validation_duplicated_value", format!("Duplicated value {value}."));
            errors.nested("values").add(i.to_string(), error.with("value", value.as_str()));
        }
    }
    let count = i64::try_from(values.len()).unwrap_or(i64::MAX);
    errors.check("maxSelect", within(max_select, 0..=count.max(1)));
}

/// That the target exists, and is no view where it must not be, is for the collection to check.
pub(super) fn check_relation_options(field: &Field, before: Option<&Field>, errors: &mut Errors) {
    let FieldKind::Relation { collection_id, min_select, max_select, .. } = &field.kind else { return };
    if collection_id.is_empty() {
        errors.add("collectionId", FieldError::required());
    }
    if before.and_then(Field::relation).is_some_and(|target| target != collection_id) {
        let message = "The relation collection cannot be changed.";
        errors.add("collectionId", FieldError::new("validation_field_relation_change", message));
    }
    errors.check("minSelect", within(*min_select, 0..=i64::MAX));
    if *min_select > 0 && *max_select == 0 {
        errors.add("maxSelect", FieldError::required());
    }
    errors.check("maxSelect", within(*max_select, *min_select..=i64::MAX));
}
