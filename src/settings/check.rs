//! What settings must satisfy before they are saved.

use super::schedule::Schedule;
use super::{S3, Settings, subnet};
use crate::error::{Errors, FieldError};
use crate::value::net::{is_email, is_host, is_url};

/// The largest whole number that JavaScript holds exactly.
const MAX_SAFE_INT: i64 = (1 << 53) - 1;

impl Settings {
    /// Everything wrong, by property.
    pub fn check(&self) -> Errors {
        let mut errors = Errors::default();
        for (index, entry) in self.superuser_ips.iter().enumerate() {
            ip(errors.nested("superuserIPs"), &index.to_string(), entry);
        }
        self.check_meta(errors.nested("meta"));
        self.check_smtp(errors.nested("smtp"));
        self.s3.check(errors.nested("s3"));
        self.check_backups(errors.nested("backups"));
        self.check_batch(errors.nested("batch"));
        at_least(errors.nested("logs"), "maxDays", self.logs.max_days, 0);
        at_least(errors.nested("logs"), "maxDataSize", self.logs.max_data_size, 0);
        at_most(errors.nested("logs"), "maxDataSize", self.logs.max_data_size, MAX_SAFE_INT);
        self.rate_limits.check(errors.nested("rateLimits"));
        errors.prune();
        errors
    }

    fn check_meta(&self, errors: &mut Errors) {
        let meta = &self.meta;
        length(errors, "appName", &meta.app_name);
        length(errors, "senderName", &meta.sender_name);
        required(errors, "appURL", &meta.app_url);
        format(errors, "appURL", &meta.app_url, Format::Url);
        required(errors, "senderAddress", &meta.sender_address);
        format(errors, "senderAddress", &meta.sender_address, Format::Email);
        if !meta.accent_color.is_empty() && meta.accent_color.len() != 7 {
            let error = FieldError::new("validation_length_invalid", "The length must be exactly 7.");
            errors.add("accentColor", error.with("min", 7).with("max", 7));
        }
        format(errors, "accentColor", &meta.accent_color, Format::HexColor);
    }

    fn check_smtp(&self, errors: &mut Errors) {
        let smtp = &self.smtp;
        if smtp.enabled {
            required(errors, "host", &smtp.host);
            if smtp.port == 0 {
                errors.add("port", FieldError::required());
            }
        }
        format(errors, "host", &smtp.host, Format::Host);
        at_least(errors, "port", smtp.port, 0);
        one_of(errors, "authMethod", &smtp.auth_method, &["", "PLAIN", "LOGIN"]);
        format(errors, "localName", &smtp.local_name, Format::Host);
    }

    fn check_backups(&self, errors: &mut Errors) {
        let backups = &self.backups;
        backups.s3.check(errors.nested("s3"));
        if !backups.cron.is_empty() {
            if Schedule::parse(&backups.cron).is_none() {
                errors.add("cron", FieldError::new("validation_invalid_cron", "Invalid cron expression."));
            }
            if backups.cron_max_keep == 0 {
                errors.add("cronMaxKeep", FieldError::required());
            }
        }
        if backups.cron_max_keep != 0 {
            at_least(errors, "cronMaxKeep", backups.cron_max_keep, 1);
        }
    }

    fn check_batch(&self, errors: &mut Errors) {
        let batch = &self.batch;
        for (key, value) in [("maxRequests", batch.max_requests), ("timeout", batch.timeout)] {
            if batch.enabled && value == 0 {
                errors.add(key, FieldError::required());
            }
            at_least(errors, key, value, 0);
        }
        at_least(errors, "maxBodySize", batch.max_body_size, 0);
    }
}

impl S3 {
    fn check(&self, errors: &mut Errors) {
        if self.enabled {
            let fields = [
                ("endpoint", &self.endpoint),
                ("bucket", &self.bucket),
                ("region", &self.region),
                ("accessKey", &self.access_key),
                ("secret", &self.secret),
            ];
            for (key, value) in fields {
                required(errors, key, value);
            }
        }
        format(errors, "endpoint", &self.endpoint, Format::Url);
    }
}

/// The shape a text must have when it is not empty.
#[derive(Clone, Copy)]
enum Format {
    Url,
    Email,
    Host,
    HexColor,
}

fn format(errors: &mut Errors, key: &str, text: &str, format: Format) {
    let (ok, code, message) = match format {
        Format::Url => (is_url(text), "validation_is_url", "Must be a valid URL."),
        Format::Email => (is_email(text), "validation_is_email", "Must be a valid email address."),
        Format::Host => (is_host(text), "validation_is_host", "Must be a valid IP address or DNS name."),
        Format::HexColor => (is_hex_color(text), "validation_is_hex_color", "Must be a valid hexadecimal color code."),
    };
    if !text.is_empty() && !ok {
        errors.add(key, FieldError::new(code, message));
    }
}

pub(super) fn ip(errors: &mut Errors, key: &str, entry: &str) {
    if entry.is_empty() {
        errors.add(key, FieldError::required());
    } else if !subnet::is_valid(entry) {
        // The spelling is part of the protocol.
        errors.add(key, FieldError::new("validation_invlaid_ip_or_subnet", "Invalid IP or CIDR subnet."));
    }
}

fn required(errors: &mut Errors, key: &str, text: &str) {
    if text.is_empty() {
        errors.add(key, FieldError::required());
    }
}

fn length(errors: &mut Errors, key: &str, text: &str) {
    required(errors, key, text);
    if text.len() > 255 {
        let error = FieldError::new("validation_length_out_of_range", "The length must be between 1 and 255.");
        errors.add(key, error.with("min", 1).with("max", 255));
    }
}

fn at_least(errors: &mut Errors, key: &str, value: i64, min: i64) {
    if value < min {
        let message = format!("Must be no less than {min}.");
        let error = FieldError::new("validation_min_greater_equal_than_required", message);
        errors.add(key, error.with("threshold", min));
    }
}

fn at_most(errors: &mut Errors, key: &str, value: i64, max: i64) {
    if value > max {
        let message = format!("Must be no greater than {max}.");
        let error = FieldError::new("validation_max_less_equal_than_required", message);
        errors.add(key, error.with("threshold", max));
    }
}

pub(super) fn required_at_least_one(errors: &mut Errors, key: &str, value: i64) {
    if value == 0 {
        errors.add(key, FieldError::required());
    }
    at_least(errors, key, value, 1);
}

pub(super) fn one_of(errors: &mut Errors, key: &str, value: &str, allowed: &[&str]) {
    if !allowed.contains(&value) {
        errors.add(key, FieldError::new("validation_in_invalid", "Must be a valid value."));
    }
}

fn is_hex_color(text: &str) -> bool {
    let digits = text.strip_prefix('#').unwrap_or(text);
    matches!(digits.len(), 3 | 6) && digits.bytes().all(|b| b.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::value::Json;

    fn found(changes: Json) -> Json {
        let Json::Object(changes) = changes else { panic!("an object") };
        Settings::default().merged(changes).unwrap().check().to_json()
    }

    #[test]
    fn defaults_are_valid() {
        assert!(Settings::default().check().is_empty());
    }

    #[test]
    fn each_rule_names_its_property() {
        for (changes, path, code) in [
            (json!({"superuserIPs": ["1.1.1.1", "x"]}), "/superuserIPs/1", "validation_invlaid_ip_or_subnet"),
            (json!({"rateLimits": {"excludedIPs": [""]}}), "/rateLimits/excludedIPs/0", "validation_required"),
            (json!({"meta": {"appName": ""}}), "/meta/appName", "validation_required"),
            (json!({"meta": {"senderName": "x".repeat(256)}}), "/meta/senderName", "validation_length_out_of_range"),
            (json!({"meta": {"appURL": "//x.y"}}), "/meta/appURL", "validation_is_url"),
            (json!({"meta": {"senderAddress": "a@localhost"}}), "/meta/senderAddress", "validation_is_email"),
            (json!({"meta": {"accentColor": "#fff"}}), "/meta/accentColor", "validation_length_invalid"),
            (json!({"meta": {"accentColor": "#gggggg"}}), "/meta/accentColor", "validation_is_hex_color"),
            (json!({"smtp": {"enabled": true, "host": ""}}), "/smtp/host", "validation_required"),
            (json!({"smtp": {"host": "a b"}}), "/smtp/host", "validation_is_host"),
            (json!({"smtp": {"port": -1}}), "/smtp/port", "validation_min_greater_equal_than_required"),
            (json!({"smtp": {"authMethod": "plain"}}), "/smtp/authMethod", "validation_in_invalid"),
            (json!({"s3": {"enabled": true}}), "/s3/secret", "validation_required"),
            (json!({"backups": {"s3": {"enabled": true}}}), "/backups/s3/bucket", "validation_required"),
            (json!({"backups": {"cron": "* * *"}}), "/backups/cron", "validation_invalid_cron"),
            (json!({"backups": {"cron": "@daily", "cronMaxKeep": 0}}), "/backups/cronMaxKeep", "validation_required"),
            (json!({"batch": {"enabled": true, "maxRequests": 0}}), "/batch/maxRequests", "validation_required"),
            (json!({"batch": {"timeout": -1}}), "/batch/timeout", "validation_min_greater_equal_than_required"),
            (json!({"logs": {"maxDays": -1}}), "/logs/maxDays", "validation_min_greater_equal_than_required"),
            (json!({"rateLimits": {"enabled": true, "rules": []}}), "/rateLimits/rules", "validation_required"),
        ] {
            let errors = found(changes.clone());
            assert_eq!(errors.pointer(path).map(|e| e["code"].clone()), Some(json!(code)), "{changes} {errors}");
        }
    }

    #[test]
    fn rate_rules_may_not_shadow_one_another() {
        let rule = |label: &str, audience: &str| json!({"label": label, "audience": audience, "duration": 1, "maxRequests": 1});
        let rules = |list: Vec<Json>| found(json!({"rateLimits": {"rules": list}}));
        assert_eq!(rules(vec![rule("a:b", "@guest"), rule("a:b", "@auth")]), json!({}));
        let clash = rules(vec![rule("a:b", "@guest"), rule("a:b", "")]);
        assert_eq!(clash["rateLimits"]["rules"]["1"]["label"]["code"], "validation_conflicting_rate_limit_rule");
        for label in ["a b", "/a.b", "a:b:c", "/a*", "é"] {
            let errors = rules(vec![rule(label, "")]);
            assert_eq!(errors["rateLimits"]["rules"]["0"]["label"]["code"], "validation_match_invalid", "{label}");
        }
        for label in ["POST /api/x", "/api/", "users:auth", "*:auth", "tag"] {
            assert_eq!(rules(vec![rule(label, "")]), json!({}), "{label}");
        }
    }
}
