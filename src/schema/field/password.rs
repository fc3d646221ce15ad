//! Password fields: checks on the plain text; what is stored is a hash, and no one ever reads it.

use super::bounds::{compiles, within};
use super::{Field, FieldKind, text};
use crate::error::{Errors, FieldError};

/// Characters, as the protocol has it.
const MAX: i64 = 71;
/// Bytes: what the forms of signing in take. All of them reach the hash.
const MAX_BYTES: usize = 255;

impl Field {
    /// Checks a password as typed. Nothing to say about other kinds.
    pub fn check_password(&self, plain: &str) -> Result<(), FieldError> {
        let FieldKind::Password { min, max, pattern, .. } = &self.kind else { return Ok(()) };
        if plain.is_empty() {
            return if self.required { Err(FieldError::required()) } else { Ok(()) };
        }
        if plain.len() > MAX_BYTES {
            return Err(FieldError::new("validation_invalid_value", "Invalid value."));
        }
        if text::too_short(plain, *min) {
            return Err(text::too_few_characters(*min));
        }
        let max = if *max > 0 { *max } else { MAX };
        if text::too_long(plain, max) {
            let message = format!("Must be less than {max} character(s).");
            return Err(FieldError::new("validation_max_text_constraint", message));
        }
        text::matches(plain, pattern)
    }
}

pub(super) fn check_options(kind: &FieldKind, errors: &mut Errors) {
    let FieldKind::Password { min, max, pattern, cost } = kind else { return };
    errors.check("min", within(*min, 1..=MAX));
    errors.check("max", within(*max, *min..=MAX));
    errors.check("pattern", compiles(pattern));
    errors.check("cost", within(*cost, 4..=31));
}
