//! The extra keys of auth records: password with its confirmation, e-mail and verified, and who may set them.

use crate::error::{Errors, FieldError};
use crate::schema::Record;
use crate::value::{Json, Object};

use super::draft::Draft;

/// What is known of `oldPassword`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum OldPassword {
    Right,
    Wrong,
}

fn text<'a>(body: &'a Object, key: &str) -> &'a str {
    body.get(key).and_then(Json::as_str).unwrap_or_default()
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
    let any = |keys: [&str; 2]| keys.iter().any(|key| !text(body, key).is_empty());
    let sets_password = body.contains_key("password");
    if any(["passwordConfirm", "oldPassword"]) || sets_password {
        required(&mut errors, body, "password");
    }
    if any(["password", "oldPassword"]) || !text(body, "passwordConfirm").is_empty() {
        confirmed(&mut errors, body);
    }
    if !manager {
        if !text(body, "password").is_empty() {
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
