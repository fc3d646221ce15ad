//! E-mail and URL fields: syntax, and lists of domains to allow or refuse.

use crate::error::{Errors, FieldError};
use crate::value::net;

pub(super) fn check_email(value: &str, only: &[String], except: &[String]) -> Result<(), FieldError> {
    if !net::is_email(value) {
        return Err(FieldError::new("validation_is_email", "Must be a valid email address."));
    }
    if is_listed(net::email_domain(value), only, except) {
        return Ok(());
    }
    Err(FieldError::new("validation_email_domain_not_allowed", "Email domain is not allowed."))
}

pub(super) fn check_url(value: &str, only: &[String], except: &[String]) -> Result<(), FieldError> {
    if !net::is_url(value) {
        return Err(FieldError::new("validation_invalid_url", "Must be a valid url."));
    }
    if is_listed(net::url_authority(value), only, except) {
        return Ok(());
    }
    Err(FieldError::new("validation_url_domain_not_allowed", "Url domain is not allowed."))
}

/// Compared exactly, letter case included.
fn is_listed(domain: &str, only: &[String], except: &[String]) -> bool {
    let has = |list: &[String]| list.iter().any(|entry| entry == domain);
    (only.is_empty() || has(only)) && !has(except)
}

pub(super) fn check_options(only: &[String], except: &[String], errors: &mut Errors) {
    let both = !only.is_empty() && !except.is_empty();
    for (key, list) in [("onlyDomains", only), ("exceptDomains", except)] {
        if both {
            errors.add(key, FieldError::new("validation_empty", "Must be blank."));
            continue;
        }
        for (i, entry) in list.iter().enumerate() {
            if !entry.is_empty() && !net::is_domain(entry) {
                let error = FieldError::new("validation_is_domain", "Must be a valid domain.");
                errors.nested(key).add(i.to_string(), error);
            }
        }
    }
}
