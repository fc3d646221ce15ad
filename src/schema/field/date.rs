//! Date fields: canonical texts, which sort and compare as the moments they name.

use super::bounds::{too_large, too_small};
use super::{Field, FieldKind};
use crate::error::{Errors, FieldError};
use crate::schema::date::{parse, rfc3339};

/// All three are canonical; an empty bound is none.
pub(super) fn check(value: &str, min: &str, max: &str) -> Result<(), FieldError> {
    if !min.is_empty() && value < min {
        let (shown, threshold) = bound(min);
        return Err(too_small(&shown, threshold));
    }
    if !max.is_empty() && value > max {
        let (shown, threshold) = bound(max);
        return Err(too_large(&shown, threshold));
    }
    Ok(())
}

/// A bound for the message and as the parameter.
fn bound(text: &str) -> (String, String) {
    let threshold = parse(text).map(rfc3339).unwrap_or_default();
    (threshold.replacen('T', " ", 1).replacen('Z', " +0000 UTC", 1), threshold)
}

pub(super) fn check_options(min: &str, max: &str, errors: &mut Errors) {
    if !max.is_empty() {
        errors.check("max", check(max, min, ""));
    }
}

pub(super) fn check_autodate_options(field: &Field, before: Option<&Field>, errors: &mut Errors) {
    let FieldKind::Autodate { on_create, on_update } = field.kind else { return };
    let neither = !on_create && !on_update;
    let stored = before.filter(|_| field.system).map(|before| &before.kind);
    let (was_on_create, was_on_update) = match stored {
        Some(FieldKind::Autodate { on_create, on_update }) => (*on_create, *on_update),
        Some(_) | None => (on_create, on_update),
    };
    for (key, now, was) in [("onCreate", on_create, was_on_create), ("onUpdate", on_update, was_on_update)] {
        if neither {
            let message = "Either onCreate or onUpdate must be enabled.";
            errors.add(key, FieldError::new("validation_required", message));
        } else if now != was {
            errors.add(key, FieldError::new("validation_values_mismatch", "Values don't match."));
        }
    }
}
