//! Are a field's options sound? What all kinds share is checked here, the rest by each kind. Questions about the other
//! fields (unique names and ids, one primary key) and the catalog (relation targets) are the collection's.

use super::bounds::{bad_format, length_out_of_range};
use super::{Field, FieldKind, address, choice, content, date, file, number, password, text};
use crate::error::{Errors, FieldError};
use crate::id::Ids;

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

#[cfg(test)]
mod tests;
