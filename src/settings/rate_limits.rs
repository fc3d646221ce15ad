//! Rate limit rules as settings; contract/auth.md §15 tells how they apply.

use std::sync::LazyLock;

use regex::Regex;
use serde::{Deserialize, Serialize};

use crate::error::{Errors, FieldError};

/// Rules in the order they are tried.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct RateLimits {
    pub rules: Vec<RateRule>,
    #[serde(rename = "excludedIPs")]
    pub excluded_ips: Vec<String>,
    pub enabled: bool,
}

/// At most `max_requests` per `duration` seconds for what `label` names.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct RateRule {
    pub label: String,
    /// `""`, `@guest` or `@auth`.
    pub audience: String,
    pub duration: i64,
    pub max_requests: i64,
}

impl Default for RateLimits {
    fn default() -> Self {
        let rule = |label: &str, duration, max_requests| RateRule {
            label: label.to_string(),
            audience: String::new(),
            duration,
            max_requests,
        };
        let rules =
            vec![rule("*:auth", 3, 2), rule("*:create", 5, 20), rule("/api/batch", 1, 3), rule("/api/", 10, 300)];
        RateLimits { rules, excluded_ips: Vec::new(), enabled: false }
    }
}

#[expect(clippy::expect_used, reason = "a literal, compiled by every test")]
static LABEL: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^([0-9A-Za-z_]+ /[\w/-]*|/[\w/-]*|\w+:\w+|\*:\w+|\w+)$").expect("a valid pattern"));

impl RateLimits {
    /// The rule for requests called `label` by an `audience` (`@guest` or `@auth`): one that names them, else one for
    /// paths that begin so.
    pub fn rule_for(&self, label: &str, audience: &str) -> Option<&RateRule> {
        let fits = |rule: &&RateRule| rule.audience.is_empty() || rule.audience == audience;
        let begins = |rule: &&RateRule| {
            let prefix = rule.label.as_str();
            prefix.ends_with('/') && (label.starts_with(prefix) || prefix.strip_suffix('/') == Some(label))
        };
        let mut rules = self.rules.iter();
        let exact = rules.find(|rule| rule.label == label && fits(rule));
        exact.or_else(|| self.rules.iter().find(|rule| begins(rule) && fits(rule)))
    }

    /// Labels of collections that have another name now; each pair is the old name and the new one. Whether any changed.
    pub fn follow(&mut self, renamed: &[(&str, &str)]) -> bool {
        let mut changed = false;
        for rule in &mut self.rules {
            let Some((collection, action)) = rule.label.split_once(':') else { continue };
            if let Some((_, new)) = renamed.iter().find(|(old, _)| *old == collection) {
                rule.label = format!("{new}:{action}");
                changed = true;
            }
        }
        changed
    }

    /// What is wrong, below the key `rateLimits`.
    pub fn check(&self, errors: &mut Errors) {
        if self.enabled && self.rules.is_empty() {
            errors.add("rules", FieldError::required());
        }
        for (index, entry) in self.excluded_ips.iter().enumerate() {
            super::check::ip(errors.nested("excludedIPs"), &index.to_string(), entry);
        }
        for (index, rule) in self.rules.iter().enumerate() {
            let errors = errors.nested("rules").nested(index.to_string());
            rule.check(errors);
            let earlier = self.rules.iter().take(index);
            if earlier.clone().any(|other| rule.conflicts(other)) {
                let message = format!(
                    "Rate limit rule configuration with label {} already exists or conflicts with another rule.",
                    rule.label
                );
                let error = FieldError::new("validation_conflicting_rate_limit_rule", message);
                errors.add("label", error.with("label", rule.label.as_str()));
            }
        }
    }
}

impl RateRule {
    fn check(&self, errors: &mut Errors) {
        if self.label.is_empty() {
            errors.add("label", FieldError::required());
        } else if !self.label.is_ascii() || !LABEL.is_match(&self.label) {
            errors.add("label", FieldError::new("validation_match_invalid", "Must be in a valid format."));
        }
        super::check::required_at_least_one(errors, "maxRequests", self.max_requests);
        super::check::required_at_least_one(errors, "duration", self.duration);
        super::check::one_of(errors, "audience", &self.audience, &["", "@guest", "@auth"]);
    }

    /// The keys `label@@audience` of two rules must not start one another.
    fn conflicts(&self, other: &RateRule) -> bool {
        let key = |rule: &RateRule| format!("{}@@{}", rule.label, rule.audience);
        let (a, b) = (key(self), key(other));
        a.starts_with(&b) || b.starts_with(&a)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_that_names_a_request_comes_before_one_for_its_beginning() {
        let rule = |label: &str, audience: &str| RateRule {
            label: label.into(),
            audience: audience.into(),
            duration: 1,
            max_requests: 1,
        };
        let rules = vec![rule("/a/", ""), rule("/a/b", "@auth"), rule("/a/b/", "@guest"), rule("x:y", "")];
        let limits = RateLimits { rules, ..RateLimits::default() };
        let found = |label: &str, audience: &str| limits.rule_for(label, audience).map(|rule| rule.label.as_str());
        assert_eq!(found("/a/b", "@auth"), Some("/a/b"));
        assert_eq!(found("/a/b", "@guest"), Some("/a/"));
        assert_eq!(found("/a", "@guest"), Some("/a/"));
        assert_eq!(found("/ab", "@guest"), None);
        assert_eq!(found("x:y", "@guest"), Some("x:y"));
        assert_eq!(found("GET /a/b", "@guest"), None);
    }

    #[test]
    fn labels_follow_renames_all_at_once() {
        let rule = |label: &str| RateRule { label: label.into(), ..RateRule::default() };
        let rules = ["a:list", "b:view", "ab:list", "*:list", "GET /a", "a"].map(rule).to_vec();
        let mut limits = RateLimits { rules, ..RateLimits::default() };
        assert!(!limits.follow(&[("c", "d")]));
        assert!(limits.follow(&[("a", "b"), ("b", "a")]));
        let labels: Vec<&str> = limits.rules.iter().map(|rule| rule.label.as_str()).collect();
        assert_eq!(labels, ["b:list", "a:view", "ab:list", "*:list", "GET /a", "a"]);
    }
}
