//! What options of several kinds have to keep to, and how they are told.

use crate::error::FieldError;
use crate::schema::pattern;

/// The largest whole number JavaScript holds exactly.
pub(super) const MAX_SAFE_INT: i64 = (1 << 53) - 1;

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
