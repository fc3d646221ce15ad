//! Rate limits by the rules of the settings: what a request is called, and whose turn it counts as.

use std::borrow::Cow;

use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use actix_web::{HttpMessage as _, HttpRequest};
use percent_encoding::percent_decode_str;

use super::{Services, client_ip};
use crate::context::Caller;
use crate::error::Result;
use crate::limits::{Left, Quota, place};
use crate::records::BatchRequest;
use crate::records::batch::request::Action;
use crate::settings::RateRule;

const COLLECTION: &str = "/api/collections/{collection}/";
const LIMIT: HeaderName = HeaderName::from_static("ratelimit-limit");
const REMAINING: HeaderName = HeaderName::from_static("ratelimit-remaining");
const RESET: HeaderName = HeaderName::from_static("ratelimit-reset");

/// What a request asks for, as rules name it.
struct Asked<'a> {
    /// Id and name.
    collection: Option<(String, String)>,
    actions: &'static [&'static str],
    method: &'a str,
    pattern: &'a str,
    /// With the collection's name in the place of its id or of another letter case, so that neither evades a rule.
    path: Cow<'a, str>,
}

/// 429 when the caller has used up what the rules allow; superusers and listed addresses are not counted.
pub fn admit(services: &Services, request: &HttpRequest, caller: &Caller, ip: impl FnOnce() -> String) -> Result<()> {
    if !services.settings.limits_requests() || caller.is_superuser() {
        return Ok(());
    }
    let ip = ip();
    if client_ip::is_listed(&ip, &services.settings().rate_limits.excluded_ips) {
        return Ok(());
    }
    let pattern = request.match_pattern().unwrap_or_default();
    let method = request.method().as_str();
    let asked = Asked::new(services, (method, &pattern), request.match_info().get("collection"), request.path());
    if let Some(left) = take(services, &asked, caller, &ip)? {
        // For the answer, whatever it will be.
        request.extensions_mut().insert(left);
    }
    Ok(())
}

/// Tells a client what it may still do: on answers to requests that a rule counted.
pub fn tell(headers: &mut HeaderMap, left: Left) {
    // A refusal by another count says that one.
    if headers.contains_key(LIMIT) {
        return;
    }
    headers.insert(LIMIT, HeaderValue::from(left.limit));
    headers.insert(REMAINING, HeaderValue::from(left.remaining));
    headers.insert(RESET, HeaderValue::from(left.reset_s));
}

/// As [`admit`], for the account that this request is about to make: it counts as a create, too.
pub fn admit_account(services: &Services, request: &HttpRequest, caller: &Caller, ip: &str) -> Result<()> {
    let settings = services.settings();
    let excluded = || client_ip::is_listed(ip, &settings.rate_limits.excluded_ips);
    if !settings.rate_limits.enabled || caller.is_superuser() || excluded() {
        return Ok(());
    }
    let pattern = request.match_pattern().unwrap_or_default();
    let route = (request.method().as_str(), pattern.as_str());
    let asked = Asked::new(services, route, request.match_info().get("collection"), request.path());
    take(services, &Asked { actions: &["create"], ..asked }, caller, ip).map(drop)
}

/// As [`admit`], for one item of a batch: the request it stands for.
pub fn admit_item(services: &Services, item: &BatchRequest, caller: &Caller, ip: &str) -> Result<()> {
    let settings = services.settings();
    let excluded = || client_ip::is_listed(ip, &settings.rate_limits.excluded_ips);
    if !settings.rate_limits.enabled || caller.is_superuser() || excluded() {
        return Ok(());
    }
    let (one, many) = ("/api/collections/{collection}/records/{id}", "/api/collections/{collection}/records");
    let (route, collection) = match item.action() {
        // An upsert is a create that may find something.
        Some(Action::Create { collection } | Action::Upsert { collection }) => (("POST", many), collection),
        Some(Action::Update { collection, .. }) => (("PATCH", one), collection),
        Some(Action::Delete { collection, .. }) => (("DELETE", one), collection),
        None => return Ok(()),
    };
    let path = item.url.split(['?', '#']).next().unwrap_or_default();
    take(services, &Asked::new(services, route, Some(&collection), path), caller, ip).map(drop)
}

/// Counts a request; what is left of its quota, when a rule is about it.
fn take(services: &Services, asked: &Asked, caller: &Caller, ip: &str) -> Result<Option<Left>> {
    let settings = services.settings();
    let audience = if caller.record().is_some() { "@auth" } else { "@guest" };
    let labels = asked.labels();
    let Some(rule) = labels.iter().find_map(|label| settings.rate_limits.rule_for(label, audience)) else {
        return Ok(None);
    };
    let count = |rule: &RateRule| {
        let unsigned = |n: i64| u64::try_from(n).unwrap_or_default();
        let quota = Quota { max: unsigned(rule.max_requests), window_ms: rule.duration.saturating_mul(1000) };
        let now = services.clock.now();
        match &asked.collection {
            Some((id, _)) if !asked.actions.is_empty() => {
                services.limits.take((id, asked.pattern, asked.actions, &rule.audience, place(ip)), quota, now)
            }
            Some(_) | None => services.limits.take((&rule.label, &rule.audience, place(ip)), quota, now),
        }
    };
    count(rule).map(Some).map_err(|over| over.saying(""))
}

impl<'a> Asked<'a> {
    fn new(
        services: &Services,
        (method, pattern): (&'a str, &'a str),
        collection: Option<&str>,
        path: &'a str,
    ) -> Asked<'a> {
        let catalog = services.store.catalog();
        let known = collection.and_then(|name| catalog.find(name));
        // Routes are found by what escapes stand for, and so are rules.
        let path = percent_decode_str(path).decode_utf8_lossy();
        let path = match (collection, known) {
            (Some(written), Some(known)) if written != known.name => {
                Cow::Owned(path.replacen(&format!("/{written}"), &format!("/{}", known.name), 1))
            }
            _ => path,
        };
        let collection = known.map(|known| (known.id.clone(), known.name.clone()));
        Asked { collection, actions: actions(method, pattern), method, pattern, path }
    }

    /// In the order in which rules are looked for.
    fn labels(&self) -> Vec<String> {
        let mut labels = Vec::with_capacity(2 * self.actions.len() + 2);
        if let Some((_, name)) = &self.collection {
            labels.extend(self.actions.iter().map(|action| format!("{name}:{action}")));
        }
        labels.extend(self.actions.iter().map(|action| format!("*:{action}")));
        labels.push(format!("{} {}", self.method, self.path));
        labels.push(self.path.to_string());
        labels
    }
}

/// What rules call the request of a route.
fn actions(method: &str, pattern: &str) -> &'static [&'static str] {
    if pattern.starts_with("/api/files/{collection}/") {
        return &["file"];
    }
    match (method, pattern.strip_prefix(COLLECTION).unwrap_or_default()) {
        ("GET", "records") => &["list"],
        ("POST", "records") => &["create"],
        ("GET", "records/{id}") => &["view"],
        ("PATCH", "records/{id}") => &["update"],
        ("DELETE", "records/{id}") => &["delete"],
        (_, "auth-methods") => &["listAuthMethods"],
        (_, "auth-with-password") => &["authWithPassword", "auth"],
        (_, "auth-with-oauth2") => &["authWithOAuth2", "auth"],
        (_, "auth-with-otp") => &["authWithOTP", "auth"],
        (_, "request-otp") => &["requestOTP"],
        (_, "auth-refresh") => &["authRefresh"],
        (_, "request-verification") => &["requestVerification"],
        (_, "confirm-verification") => &["confirmVerification"],
        (_, "request-password-reset") => &["requestPasswordReset"],
        (_, "confirm-password-reset") => &["confirmPasswordReset"],
        (_, "request-email-change") => &["requestEmailChange"],
        (_, "confirm-email-change") => &["confirmEmailChange"],
        _ => &[],
    }
}
