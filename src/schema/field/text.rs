//! Text fields: length, pattern, generated values, and what a primary key must not contain.

use super::bounds::{MAX_SAFE_INT, compiles, within};
use super::{Field, FieldKind};
use crate::error::{Errors, FieldError};
use crate::id::Ids;
use crate::schema::generate::{self, PatternError};
use crate::schema::pattern;
use crate::value::ValueRef;

/// The pattern of record ids that need no further checks.
pub const DEFAULT_ID_PATTERN: &str = "^[a-z0-9]+$";
const DEFAULT_MAX: i64 = 5000;
const SAMPLES: usize = 10;

/// What would hurt in file paths, URLs or quoting; the first of these found is reported.
const FORBIDDEN_IN_ID: [char; 19] =
    ['.', '/', '\\', '|', '"', '\'', '`', '<', '>', ':', '?', '*', '%', '$', '\0', '\t', '\n', '\r', ' '];
/// Device names of one operating system, with or without a digit.
const DEVICES: [&str; 4] = ["CON", "PRN", "AUX", "NUL"];
const NUMBERED_DEVICES: [&str; 2] = ["COM", "LPT"];

pub(super) fn check(value: &str, min: i64, max: i64, pattern: &str) -> Result<(), FieldError> {
    let max = if max > 0 { max } else { DEFAULT_MAX };
    if too_short(value, min) {
        return Err(too_few_characters(min).with("min", min));
    }
    if too_long(value, max) {
        let message = format!("Must be no more than {max} character(s).");
        return Err(FieldError::new("validation_max_text_constraint", message).with("max", max));
    }
    matches(value, pattern)
}

pub(super) fn too_few_characters(min: i64) -> FieldError {
    FieldError::new("validation_min_text_constraint", format!("Must be at least {min} character(s)."))
}

/// Counts characters only when the bytes leave a doubt.
pub(super) fn too_short(value: &str, min: i64) -> bool {
    let min = usize::try_from(min).unwrap_or_default();
    value.len() < min || (value.len() < min.saturating_mul(4) && value.chars().count() < min)
}

/// See [`too_short`].
pub(super) fn too_long(value: &str, max: i64) -> bool {
    let max = usize::try_from(max).unwrap_or_default();
    value.len() > max && value.chars().count() > max
}

pub(super) fn matches(value: &str, pattern: &str) -> Result<(), FieldError> {
    if pattern.is_empty() || pattern::is_match(pattern, value) {
        return Ok(());
    }
    Err(FieldError::new("validation_invalid_format", "Invalid value format."))
}

impl Field {
    /// Is a new record's id fit for paths and URLs? Ids of the default pattern are; for others the characters and
    /// names that some file systems treat specially are refused. Uniqueness is not checked here.
    pub fn check_primary_key(&self, id: &str) -> Result<(), FieldError> {
        if matches!(&self.kind, FieldKind::Text { pattern, .. } if pattern == DEFAULT_ID_PATTERN) {
            return Ok(());
        }
        if let Some(c) = FORBIDDEN_IN_ID.into_iter().find(|c| id.contains(*c)) {
            let message = format!("'{c}' is not a valid primary key character.");
            return Err(FieldError::new("validation_forbidden_pk_character", message).with("ch", c.to_string()));
        }
        let name = id.to_ascii_uppercase();
        let numbered = name.get(..3).is_some_and(|device| NUMBERED_DEVICES.contains(&device))
            && matches!(name.as_bytes().get(3..), Some([b'1'..=b'9']));
        if DEVICES.contains(&name.as_str()) || numbered {
            let message = format!("The primary key '{name}' is reserved and cannot be used.");
            return Err(FieldError::new("validation_reserved_pk", message).with("reserved", name));
        }
        Ok(())
    }
}

pub(super) fn check_options(field: &Field, ids: &Ids, errors: &mut Errors) {
    let FieldKind::Text { min, max, pattern, autogenerate, primary_key } = &field.kind else { return };
    errors.check("min", within(*min, 0..=MAX_SAFE_INT));
    errors.check("max", within(*max, *min..=MAX_SAFE_INT));
    if *primary_key {
        if field.name != "id" {
            errors.add("name", FieldError::new("validation_in_invalid", "The primary key must be named \"id\"."));
        }
        if !field.required {
            errors.add("required", FieldError::required());
        }
        if field.hidden {
            errors.add("hidden", FieldError::new("validation_empty", "Must be blank."));
        }
        if pattern.is_empty() {
            errors.add("pattern", FieldError::required());
        }
    }
    errors.check("pattern", compiles(pattern));
    if !autogenerate.is_empty() {
        errors.check("autogeneratePattern", check_autogenerate(field, autogenerate, ids));
    }
}

/// What the pattern makes must pass the field's own checks.
fn check_autogenerate(field: &Field, pattern: &str, ids: &Ids) -> Result<(), FieldError> {
    compiles(pattern)?;
    for _ in 0..SAMPLES {
        let sample = generate::text(pattern, ids).map_err(|error| {
            let why = match error {
                PatternError::Syntax(why) => why,
                PatternError::Unsupported(what) => format!("{what} cannot be generated"),
            };
            FieldError::new("validation_invalid_autogenerate_pattern", format!("Invalid pattern: {why}."))
        })?;
        let fits = field.validate(ValueRef::Text(&sample)).and_then(|()| match &field.kind {
            FieldKind::Text { primary_key: true, .. } => field.check_primary_key(&sample),
            _ => Ok(()),
        });
        fits.map_err(|_| {
            let message = format!("The pattern can make values that the field refuses, for example \"{sample}\".");
            FieldError::new("validation_invalid_autogenerate_pattern_value", message)
        })?;
    }
    Ok(())
}
