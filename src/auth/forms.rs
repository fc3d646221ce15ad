//! What clients submit to this chapter's endpoints, and the sentences they get when it is wrong.

use crate::error::{Error, Errors, FieldError, Result};
use crate::value::net::is_email;
use crate::value::{Json, Object};

/// A body that has the wrong shape.
pub const LOADING: &str = "An error occurred while loading the submitted data.";
/// A body whose values are wrong.
pub const VALIDATING: &str = "An error occurred while validating the submitted data.";
/// Bytes most keys may have.
pub const MAX: usize = 255;

/// The value of a key; keys of forms, unlike those of records, are matched without regard to case.
pub fn value<'a>(body: &'a Object, key: &str) -> Option<&'a Json> {
    body.iter().find(|(name, _)| name.eq_ignore_ascii_case(key)).map(|(_, value)| value)
}

/// The text of a key; missing and null are `""`.
pub fn text(body: &Object, key: &str) -> Result<String> {
    match value(body, key) {
        None | Some(Json::Null) => Ok(String::new()),
        Some(Json::String(text)) => Ok(text.clone()),
        Some(_) => Err(Error::bad_request(LOADING)),
    }
}

/// There, and of at most `max` bytes.
pub fn required(errors: &mut Errors, key: &str, text: &str, max: usize) {
    between(errors, key, text, (1, max));
}

/// There, and of at least and at most so many bytes.
pub fn between(errors: &mut Errors, key: &str, text: &str, (min, max): (usize, usize)) {
    if text.is_empty() {
        errors.add(key, FieldError::required());
    } else if text.len() < min || text.len() > max {
        let message = format!("The length must be between {min} and {max}.");
        errors.add(key, FieldError::new("validation_length_out_of_range", message).with("min", min).with("max", max));
    }
}

/// There, not too long, and an e-mail address.
pub fn email(errors: &mut Errors, key: &str, text: &str) {
    required(errors, key, text, MAX);
    if !text.is_empty() && !is_email(text) {
        errors.add(key, FieldError::new("validation_is_email", "Must be a valid email address."));
    }
}

/// The `email` of a request for a mail.
pub fn email_of(body: &Object) -> Result<String> {
    let address = text(body, "email")?;
    let mut errors = Errors::default();
    email(&mut errors, "email", &address);
    errors.into_result(VALIDATING)?;
    Ok(address)
}
