//! Are a field's options sound? What all kinds share is checked here, the rest by each kind. Questions about the other
//! fields (unique names and ids, one primary key) and the catalog (relation targets) are the collection's.

use super::{Field, FieldKind, address, choice, content, date, file, number, password, text};
use crate::error::{Errors, FieldError};
use crate::id::Ids;
use crate::schema::pattern;

/// The largest whole number JavaScript holds exactly.
pub(super) const MAX_SAFE_INT: i64 = (1 << 53) - 1;
/// Names that mean something else to the query language or in a record's JSON.
const RESERVED: [&str; 7] = ["null", "true", "false", "_rowid_", "collectionId", "collectionName", "expand"];
const MAX_NAME: usize = 100;
const MAX_HELP: usize = 300;

impl Field {
    /// Every unsound option by its JSON key. `before` is the stored definition of the same field id, if there is one;
    /// `ids` makes samples of autogenerate patterns.
    pub fn validate_settings(&self, before: Option<&Field>, ids: &Ids) -> Errors {
        let mut errors = Errors::default();
        errors.check("id", required_length(&self.id, MAX_NAME));
        errors.check("name", check_name(&self.name));
        if self.help.len() > MAX_HELP {
            errors.add("help", length_out_of_range(1, MAX_HELP));
        }
        match &self.kind {
            FieldKind::Bool | FieldKind::GeoPoint => {}
            FieldKind::Text { .. } => text::check_options(self, ids, &mut errors),
            FieldKind::Number { .. } => number::check_options(&self.kind, &mut errors),
            FieldKind::Email { only_domains, except_domains } | FieldKind::Url { only_domains, except_domains } => {
                address::check_options(only_domains, except_domains, &mut errors);
            }
            FieldKind::Editor { max_size, .. } | FieldKind::Json { max_size } => {
                content::check_options(*max_size, &mut errors);
            }
            FieldKind::Date { min, max } => date::check_options(min, max, &mut errors),
            FieldKind::Autodate { .. } => date::check_autodate_options(self, before, &mut errors),
            FieldKind::Select { values, max_select } => choice::check_select_options(values, *max_select, &mut errors),
            FieldKind::File { max_select, max_size, thumbs, .. } => {
                file::check_options(*max_select, *max_size, thumbs, &mut errors);
            }
            FieldKind::Relation { .. } => choice::check_relation_options(self, before, &mut errors),
            FieldKind::Password { .. } => password::check_options(&self.kind, &mut errors),
        }
        errors
    }
}

/// Is a name fit for a field, and the same in a query and in JSON?
pub fn check_name(name: &str) -> Result<(), FieldError> {
    required_length(name, MAX_NAME)?;
    if !name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
        return Err(bad_format());
    }
    if RESERVED.contains(&name) {
        return Err(FieldError::new("validation_not_in_invalid", "Must not be in list."));
    }
    if name.to_ascii_lowercase().contains("_via_") {
        return Err(FieldError::new("validation_found_via", "The value cannot contain \"_via_\"."));
    }
    Ok(())
}

fn required_length(text: &str, max: usize) -> Result<(), FieldError> {
    match text.len() {
        0 => Err(FieldError::required()),
        len if len > max => Err(length_out_of_range(1, max)),
        _ => Ok(()),
    }
}

pub(super) fn length_out_of_range(min: usize, max: usize) -> FieldError {
    FieldError::new("validation_length_out_of_range", format!("The length must be between {min} and {max}."))
        .with("min", min)
        .with("max", max)
}

pub(super) fn bad_format() -> FieldError {
    FieldError::new("validation_match_invalid", "Must be in a valid format.")
}

/// A whole number within bounds; 0 stands for "not set" and always is.
pub(super) fn within(n: i64, bounds: std::ops::RangeInclusive<i64>) -> Result<(), FieldError> {
    let (min, max) = bounds.into_inner();
    if n == 0 {
        Ok(())
    } else if n < min {
        Err(too_small(&min.to_string(), min))
    } else if n > max {
        Err(too_large(&max.to_string(), max))
    } else {
        Ok(())
    }
}

/// `shown` is the threshold as the message has it, `threshold` as the parameter.
pub(super) fn too_small(shown: &str, threshold: impl Into<crate::value::Json>) -> FieldError {
    FieldError::new("validation_min_greater_equal_than_required", format!("Must be no less than {shown}."))
        .with("threshold", threshold)
}

/// See [`too_small`].
pub(super) fn too_large(shown: &str, threshold: impl Into<crate::value::Json>) -> FieldError {
    FieldError::new("validation_max_less_equal_than_required", format!("Must be no greater than {shown}."))
        .with("threshold", threshold)
}

/// A regular expression that compiles, or none.
pub(super) fn compiles(pattern: &str) -> Result<(), FieldError> {
    pattern::check(pattern)
        .map_err(|why| FieldError::new("validation_invalid_regex", format!("Invalid regular expression: {why}.")))
}

#[cfg(test)]
mod tests;
