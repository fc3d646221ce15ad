//! The extra keys of auth records: password with its confirmation, e-mail and verified, and who may set them.

use std::borrow::Cow;

use crate::error::{Errors, FieldError};
use crate::schema::Record;
use crate::schema::field::convert::to_text;
use crate::value::Object;

use super::draft::Draft;

/// What is known of `oldPassword`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum OldPassword {
    Right,
    Wrong,
}

/// The text of a key, as text fields read their input.
fn text<'a>(body: &'a Object, key: &str) -> Cow<'a, str> {
    body.get(key).map(to_text).unwrap_or_default()
}

fn mismatch() -> FieldError {
    FieldError::new("validation_values_mismatch", "Values don't match.")
}

fn required(errors: &mut Errors, body: &Object, key: &str) {
    if text(body, key).is_empty() {
        errors.add(key, FieldError::required());
    }
}

fn confirmed(errors: &mut Errors, body: &Object) {
    required(errors, body, "passwordConfirm");
    if text(body, "passwordConfirm") != text(body, "password") {
        errors.add("passwordConfirm", mismatch());
    }
}

/// Problems of a new account's keys; when there are any, only they are reported.
pub fn check_new(draft: &Draft, manager: bool) -> Errors {
    let mut errors = Errors::default();
    required(&mut errors, &draft.submitted, "password");
    confirmed(&mut errors, &draft.submitted);
    let superuser = draft.record.collection.is_superusers();
    if !manager && !superuser && draft.record.get("verified").is_true() {
        errors.add("verified", mismatch());
    }
    errors
}

/// Problems of a changed account's keys. `old` is asked only when the password changes without manager access.
pub fn check_changed(draft: &Draft, before: &Record, manager: bool, old: impl FnOnce() -> OldPassword) -> Errors {
    let mut errors = Errors::default();
    let body = &draft.submitted;
    let given = |key: &str| !text(body, key).is_empty();
    let changes = given("password") || given("passwordConfirm") || given("oldPassword");
    if changes || body.contains_key("password") {
        required(&mut errors, body, "password");
    }
    if changes {
        confirmed(&mut errors, body);
    }
    if !manager {
        if changes {
            if text(body, "oldPassword").is_empty() {
                errors.add("oldPassword", FieldError::required());
            } else if old() == OldPassword::Wrong {
                let message = "Missing or invalid old password.";
                errors.add("oldPassword", FieldError::new("validation_invalid_old_password", message));
            }
        }
        for key in ["email", "verified"] {
            if draft.record.get(key) != before.get(key) {
                errors.add(key, mismatch());
            }
        }
    }
    errors
}
