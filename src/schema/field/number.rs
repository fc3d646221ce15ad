//! Number fields: 64-bit floats, whole ones stored and printed as integers.

use super::FieldKind;
use super::convert::{number_json, number_text};
use crate::error::{Errors, FieldError};

/// Nothing to say about other kinds, here and below.
pub(super) fn check(n: f64, kind: &FieldKind) -> Result<(), FieldError> {
    let FieldKind::Number { min, max, only_int } = kind else { return Ok(()) };
    // Beyond 64 bits there are no integers to keep.
    if *only_int && (n as i64) as f64 != n {
        return Err(fraction());
    }
    if let Some(min) = min.filter(|min| n < *min) {
        return Err(below(min));
    }
    if let Some(max) = max.filter(|max| n > *max) {
        let message = format!("Must be less or equal than {}.", number_text(max));
        return Err(FieldError::new("validation_max_number_constraint", message).with("max", number_json(max)));
    }
    Ok(())
}

/// The submitted text said NaN or infinity.
pub(super) fn not_a_number() -> FieldError {
    FieldError::new("validation_not_a_number", "The submitted number is not properly formatted.")
}

fn fraction() -> FieldError {
    FieldError::new("validation_only_int_constraint", "Decimal numbers are not allowed.")
}

fn below(min: f64) -> FieldError {
    let message = format!("Must be greater or equal than {}.", number_text(min));
    FieldError::new("validation_min_number_constraint", message).with("min", number_json(min))
}

pub(super) fn check_options(kind: &FieldKind, errors: &mut Errors) {
    let FieldKind::Number { min, max, only_int } = *kind else { return };
    for (key, bound) in [("min", min), ("max", max)] {
        if only_int && bound.is_some_and(|bound| bound.fract() != 0.0) {
            errors.add(key, fraction());
        }
    }
    if let (Some(min), Some(max)) = (min, max)
        && max < min
    {
        errors.add("max", below(min));
    }
}
