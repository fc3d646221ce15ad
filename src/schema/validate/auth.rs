//! The options of auth collections.

use super::{Check, between, length};
use crate::error::{Errors, FieldError};
use crate::schema::auth_options::{AuthOptions, Mfa, OAuth2, Otp, PasswordAuth, Provider, Template};
use crate::schema::providers;
use crate::value::net::is_url;

const DAY_S: i64 = 86_400;
/// About three years, in seconds.
const MAX_TOKEN_S: i64 = 94_670_856;

impl Check<'_> {
    pub(super) fn auth(&self, options: &AuthOptions, errors: &mut Errors) {
        let stored = self.stored.and_then(|stored| stored.auth());
        let before = stored.map(|stored| stored.auth_rule.as_deref());
        errors.check("authRule", self.rule(options.auth_rule.as_deref(), before));
        if options.manage_rule.as_deref() == Some("") {
            errors.add("manageRule", FieldError::new("validation_nil_or_not_empty_required", "Cannot be blank."));
        }
        let before = stored.map(|stored| stored.manage_rule.as_deref());
        errors.check("manageRule", self.rule(options.manage_rule.as_deref(), before));
        template(&options.auth_alert.email_template, errors.nested("authAlert").nested("emailTemplate"));
        password_auth(self, &options.password_auth, errors.nested("passwordAuth"));
        oauth2(&options.oauth2, errors.nested("oauth2"));
        otp(&options.otp, errors.nested("otp"));
        self.mfa(&options.mfa, options, errors.nested("mfa"));
        for (name, token) in options.tokens() {
            let found = errors.nested(name);
            found.check("duration", between(token.duration, 10, MAX_TOKEN_S));
            found.check("secret", length(&token.secret, 30, 255));
        }
        template(&options.verification_template, errors.nested("verificationTemplate"));
        template(&options.reset_password_template, errors.nested("resetPasswordTemplate"));
        template(&options.confirm_email_change_template, errors.nested("confirmEmailChangeTemplate"));
    }

    fn mfa(&self, mfa: &Mfa, options: &AuthOptions, errors: &mut Errors) {
        if !mfa.enabled {
            return;
        }
        // Each step stands on the one before: only the first that fails is told.
        errors.check("duration", between(mfa.duration, 10, DAY_S));
        let methods = [options.password_auth.enabled, options.oauth2.enabled, options.otp.enabled];
        if errors.is_empty() && methods.iter().filter(|enabled| **enabled).count() < 2 {
            let message = "MFA requires at least 2 auth methods to be enabled.";
            errors.add("enabled", FieldError::new("validation_mfa_not_enough_auths", message));
        }
        if errors.is_empty() {
            let before = self.stored.and_then(|stored| stored.auth()).map(|stored| Some(stored.mfa.rule.as_str()));
            errors.check("rule", self.rule(Some(&mfa.rule), before));
        }
    }
}

fn template(template: &Template, errors: &mut Errors) {
    required("subject", &template.subject, errors);
    required("body", &template.body, errors);
}

fn required(key: &str, text: &str, errors: &mut Errors) {
    if text.is_empty() {
        errors.add(key, FieldError::required());
    }
}

fn otp(otp: &Otp, errors: &mut Errors) {
    if otp.enabled {
        errors.check("duration", between(otp.duration, 10, DAY_S));
        errors.check("length", between(otp.length, 4, i64::MAX));
    }
    template(&otp.email_template, errors.nested("emailTemplate"));
}

/// An identity must find one record at most.
fn password_auth(check: &Check, options: &PasswordAuth, errors: &mut Errors) {
    if !options.enabled {
        return;
    }
    let names = &options.identity_fields;
    if names.is_empty() || names.iter().any(String::is_empty) {
        errors.add("identityFields", FieldError::required());
    }
    for name in names {
        let field = name.as_str();
        if check.collection().field(field).is_none() {
            let message = format!("Invalid or missing field {field}.");
            let error = FieldError::new("validation_missing_field", message);
            errors.add("identityFields", error.with("fieldName", field));
        } else if !check.collection().has_unique_index(field) {
            let message = format!("The field {field} doesn't have a UNIQUE constraint.");
            let error = FieldError::new("validation_missing_unique_constraint", message);
            errors.add("identityFields", error.with("fieldName", field));
        }
    }
}

fn oauth2(oauth2: &OAuth2, errors: &mut Errors) {
    if !oauth2.enabled {
        return;
    }
    let earlier = |index: usize| oauth2.providers.iter().take(index);
    let twice = |(index, provider): &(usize, &Provider)| {
        !provider.name.is_empty() && earlier(*index).any(|other| other.name == provider.name)
    };
    if let Some((index, provider)) = oauth2.providers.iter().enumerate().find(twice) {
        let message = format!("The provider {} is already registered.", provider.name);
        let error = FieldError::new("validation_duplicated_provider", message).with("name", provider.name.as_str());
        errors.nested("providers").nested(index.to_string()).add("name", error);
        return;
    }
    let list = errors.nested("providers");
    for (index, item) in oauth2.providers.iter().enumerate() {
        provider(item, list.nested(index.to_string()));
    }
}

fn provider(provider: &Provider, errors: &mut Errors) {
    required("name", &provider.name, errors);
    if !providers::is_known(&provider.name) {
        let message = format!("Invalid or missing provider with name {}.", provider.name);
        let error = FieldError::new("validation_missing_provider", message);
        errors.add("name", error.with("name", provider.name.as_str()));
    }
    required("clientId", &provider.client_id, errors);
    required("clientSecret", &provider.client_secret, errors);
    let urls =
        [("authURL", &provider.auth_url), ("tokenURL", &provider.token_url), ("userInfoURL", &provider.user_info_url)];
    for (key, url) in urls {
        if !url.is_empty() && !is_url(url) {
            errors.add(key, FieldError::new("validation_is_url", "Must be a valid URL."));
        }
    }
}
