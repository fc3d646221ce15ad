//! The options of auth collections.

use super::{Check, between, length};
use crate::error::{Errors, FieldError};
use crate::schema::auth_options::{AuthOptions, OAuth2, Otp, PasswordAuth, Provider, Template};
use crate::schema::providers;
use crate::value::net::is_url;

const DAY_S: i64 = 86_400;
/// About three years, in seconds.
const MAX_TOKEN_S: i64 = 94_670_856;

impl Check<'_> {
    /// Each step stands on the one before, so only the first that finds something tells: every option by itself, then
    /// whether a second factor is possible, then whether identities are unique.
    pub(super) fn auth(&self, options: &AuthOptions, errors: &mut Errors) {
        let mut found = Errors::default();
        self.options(options, &mut found);
        found.prune();
        if found.is_empty() && options.mfa.enabled {
            self.second_factor(options, found.nested("mfa"));
            found.prune();
        }
        if found.is_empty() && options.password_auth.enabled {
            identities(self, &options.password_auth, found.nested("passwordAuth"));
        }
        errors.extend(found);
    }

    fn options(&self, options: &AuthOptions, errors: &mut Errors) {
        let stored = self.stored.and_then(|stored| stored.auth());
        let before = stored.map(|stored| stored.auth_rule.as_deref());
        errors.check("authRule", self.rule(options.auth_rule.as_deref(), before));
        if options.manage_rule.as_deref() == Some("") {
            errors.add("manageRule", FieldError::new("validation_nil_or_not_empty_required", "Cannot be blank."));
        }
        let before = stored.map(|stored| stored.manage_rule.as_deref());
        errors.check("manageRule", self.rule(options.manage_rule.as_deref(), before));
        template(&options.auth_alert.email_template, errors.nested("authAlert").nested("emailTemplate"));
        let names = &options.password_auth.identity_fields;
        if options.password_auth.enabled && (names.is_empty() || names.iter().any(String::is_empty)) {
            errors.nested("passwordAuth").add("identityFields", FieldError::required());
        }
        oauth2(&options.oauth2, errors.nested("oauth2"));
        otp(&options.otp, errors.nested("otp"));
        if options.mfa.enabled {
            errors.nested("mfa").check("duration", between(options.mfa.duration, 10, DAY_S));
        }
        for (name, token) in options.tokens() {
            let found = errors.nested(name);
            found.check("duration", between(token.duration, 10, MAX_TOKEN_S));
            found.check("secret", length(&token.secret, 30, 255));
        }
        template(&options.verification_template, errors.nested("verificationTemplate"));
        template(&options.reset_password_template, errors.nested("resetPasswordTemplate"));
        template(&options.confirm_email_change_template, errors.nested("confirmEmailChangeTemplate"));
    }

    fn second_factor(&self, options: &AuthOptions, errors: &mut Errors) {
        let methods = [options.password_auth.enabled, options.oauth2.enabled, options.otp.enabled];
        if methods.iter().filter(|enabled| **enabled).count() < 2 {
            let message = "MFA requires at least 2 auth methods to be enabled.";
            return errors.add("enabled", FieldError::new("validation_mfa_not_enough_auths", message));
        }
        let before = self.stored.and_then(|stored| stored.auth()).map(|stored| Some(stored.mfa.rule.as_str()));
        errors.check("rule", self.rule(Some(&options.mfa.rule), before));
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
fn identities(check: &Check, options: &PasswordAuth, errors: &mut Errors) {
    for name in &options.identity_fields {
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
