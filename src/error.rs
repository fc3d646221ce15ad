//! One error in the caller's terms. `http/error.rs` alone turns it into a status and a body.

use std::collections::BTreeMap;
use std::fmt;

use crate::value::{Json, Object};

pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a request was not done.
#[derive(Debug)]
pub enum Error {
    /// 400 with a map of what is wrong, by property.
    Invalid { message: String, errors: Errors },
    /// A refusal with a message and no details.
    Rejected { reason: Reason, message: String },
    /// 429: more than `limit` in a time that ends in `retry_after_s` seconds.
    RateLimited { message: String, limit: u64, retry_after_s: u64 },
    /// 503: try again; nothing was done.
    Unavailable { message: String, retry_after_s: u64 },
    /// 500: the source is logged once at the boundary and never sent.
    Internal(Box<dyn std::error::Error + Send + Sync>),
}

/// The status family of a refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    BadRequest,
    Unauthorized,
    Forbidden,
    NotFound,
    TooLarge,
    /// 507: the disk is full.
    NoSpace,
}

impl Reason {
    fn status(self) -> u16 {
        match self {
            Reason::BadRequest => 400,
            Reason::Unauthorized => 401,
            Reason::Forbidden => 403,
            Reason::NotFound => 404,
            Reason::TooLarge => 413,
            Reason::NoSpace => 507,
        }
    }
}

/// What is wrong, by property; list elements are keyed by their decimal index.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Errors(pub BTreeMap<String, Problem>);

/// One property's first failing check, or a map of its parts.
#[derive(Clone, Debug, PartialEq)]
pub enum Problem {
    Leaf(FieldError),
    Nested(Errors),
    /// Verbatim JSON: the envelope of a failed batch item.
    Json(Json),
}

/// A stable code, a sentence, and the numbers in it.
#[derive(Clone, Debug, PartialEq)]
pub struct FieldError {
    pub code: &'static str,
    pub message: String,
    pub params: Object,
}

impl FieldError {
    pub fn new(code: &'static str, message: impl Into<String>) -> Self {
        FieldError { code, message: message.into(), params: Object::new() }
    }

    /// Adds a parameter.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Json>) -> Self {
        self.params.insert(name.to_string(), value.into());
        self
    }

    /// `validation_required`, the most common of all.
    pub fn required() -> Self {
        FieldError::new("validation_required", "Cannot be blank.")
    }

    /// `validation_length_too_long` of a text or list that may have `max` bytes, characters or items.
    pub fn too_long(max: usize) -> Self {
        let message = format!("The length must be no more than {max}.");
        FieldError::new("validation_length_too_long", message).with("min", 0).with("max", max)
    }
}

impl Errors {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Records the first problem of `key`; later ones are dropped, as each property reports only its first.
    pub fn add(&mut self, key: impl Into<String>, problem: impl Into<Problem>) {
        self.0.entry(key.into()).or_insert_with(|| problem.into());
    }

    /// Records what `check` found, if anything.
    pub fn check(&mut self, key: &str, check: std::result::Result<(), FieldError>) {
        if let Err(error) = check {
            self.add(key, error);
        }
    }

    /// Records what was found elsewhere, where nothing is known yet.
    pub fn extend(&mut self, found: Errors) {
        found.0.into_iter().for_each(|(key, problem)| self.add(key, problem));
    }

    /// The map below `key`, made when missing.
    pub fn nested(&mut self, key: impl Into<String>) -> &mut Errors {
        let slot = self.0.entry(key.into()).or_insert_with(|| Problem::Nested(Errors::default()));
        if !matches!(slot, Problem::Nested(_)) {
            *slot = Problem::Nested(Errors::default());
        }
        match slot {
            Problem::Nested(errors) => errors,
            Problem::Leaf(_) | Problem::Json(_) => unreachable!("made a map above"),
        }
    }

    /// Drops empty maps that `nested` left behind.
    pub fn prune(&mut self) {
        self.0.retain(|_, problem| match problem {
            Problem::Nested(errors) => {
                errors.prune();
                !errors.is_empty()
            }
            Problem::Leaf(_) | Problem::Json(_) => true,
        });
    }

    /// `Ok` when nothing was found, else [`Error::Invalid`] under `message`.
    pub fn into_result(mut self, message: &str) -> Result<()> {
        self.prune();
        if self.is_empty() { Ok(()) } else { Err(Error::Invalid { message: message.to_string(), errors: self }) }
    }

    /// The `data` object of the error envelope.
    pub fn to_json(&self) -> Json {
        let entry = |(key, problem): (&String, &Problem)| (key.clone(), problem.to_json());
        Json::Object(self.0.iter().map(entry).collect())
    }
}

impl Problem {
    fn to_json(&self) -> Json {
        match self {
            Problem::Nested(errors) => errors.to_json(),
            Problem::Json(json) => json.clone(),
            Problem::Leaf(error) => {
                let mut leaf = Object::new();
                leaf.insert("code".into(), error.code.into());
                leaf.insert("message".into(), sentence(&error.message).into());
                if !error.params.is_empty() {
                    leaf.insert("params".into(), Json::Object(error.params.clone()));
                }
                Json::Object(leaf)
            }
        }
    }
}

impl From<FieldError> for Problem {
    fn from(error: FieldError) -> Self {
        Problem::Leaf(error)
    }
}

impl From<Errors> for Problem {
    fn from(errors: Errors) -> Self {
        Problem::Nested(errors)
    }
}

impl Error {
    /// 400 with a message and no details.
    pub fn bad_request(message: impl Into<String>) -> Self {
        Error::Rejected { reason: Reason::BadRequest, message: message.into() }
    }

    /// 403; an empty message stands for the status' default sentence, here and below.
    pub fn forbidden(message: impl Into<String>) -> Self {
        Error::Rejected { reason: Reason::Forbidden, message: message.into() }
    }

    /// 404.
    pub fn not_found(message: impl Into<String>) -> Self {
        Error::Rejected { reason: Reason::NotFound, message: message.into() }
    }

    /// 401.
    pub fn unauthorized(message: impl Into<String>) -> Self {
        Error::Rejected { reason: Reason::Unauthorized, message: message.into() }
    }

    /// 400 about one property.
    pub fn invalid(message: impl Into<String>, key: &str, error: FieldError) -> Self {
        let mut errors = Errors::default();
        errors.add(key, error);
        Error::Invalid { message: message.into(), errors }
    }

    /// Whether something is missing.
    pub fn is_not_found(&self) -> bool {
        matches!(self, Error::Rejected { reason: Reason::NotFound, .. })
    }

    /// The HTTP status.
    pub fn status(&self) -> u16 {
        match self {
            Error::Invalid { .. } => 400,
            Error::Rejected { reason, .. } => reason.status(),
            Error::RateLimited { .. } => 429,
            Error::Unavailable { .. } => 503,
            Error::Internal(_) => 500,
        }
    }

    /// The body clients see: `status`, `message`, `data`. What went wrong inside is never part of it.
    pub fn envelope(&self) -> Json {
        let (message, data) = match self {
            Error::Invalid { message, errors } => (message.as_str(), errors.to_json()),
            Error::Rejected { message, .. }
            | Error::Unavailable { message, .. }
            | Error::RateLimited { message, .. } => (message.as_str(), Json::Object(Object::new())),
            Error::Internal(_) => ("", Json::Object(Object::new())),
        };
        let message = if message.is_empty() { default_message(self.status()) } else { message };
        let mut envelope = Object::new();
        envelope.insert("data".into(), data);
        envelope.insert("message".into(), sentence(message).into());
        envelope.insert("status".into(), self.status().into());
        Json::Object(envelope)
    }

    /// 500; the text is for the log only.
    pub fn internal(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Error::Internal(source.into())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Invalid { message, errors } => write!(f, "{message} {}", errors.to_json()),
            Error::RateLimited { message, .. } if message.is_empty() => f.write_str("too many requests"),
            Error::Rejected { message, .. }
            | Error::Unavailable { message, .. }
            | Error::RateLimited { message, .. } => f.write_str(message),
            Error::Internal(source) => write!(f, "{source}"),
        }
    }
}

impl std::error::Error for Error {}

/// The sentence for a status when the handler has none of its own.
pub fn default_message(status: u16) -> &'static str {
    match status {
        401 => "Missing or invalid authentication.",
        403 => "You are not allowed to perform this request.",
        404 => "The requested resource wasn't found.",
        413 => "Request entity too large.",
        429 => "Too Many Requests.",
        503 => "The server is busy, please try again.",
        507 => "The disk is full.",
        _ => "Something went wrong while processing your request.",
    }
}

/// A message as clients see it: trimmed, first letter upper-cased, ending in `.`, `?` or `!`.
pub fn sentence(message: &str) -> String {
    let trimmed = message.trim();
    let mut chars = trimmed.chars();
    let Some(first) = chars.next() else { return String::new() };
    let mut text: String = first.to_uppercase().collect();
    text.push_str(chars.as_str());
    if !text.ends_with(['.', '?', '!']) {
        text.push('.');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rendered(error: &Error) -> (u16, String) {
        (error.status(), error.envelope().to_string())
    }

    #[test]
    fn messages_are_sentences_and_data_is_always_an_object() {
        let refused = Error::bad_request(" failed to load ");
        assert_eq!(rendered(&refused), (400, r#"{"data":{},"message":"Failed to load.","status":400}"#.into()));
        let invalid = Error::invalid("no", "title", FieldError::required());
        assert_eq!(
            rendered(&invalid).1,
            r#"{"data":{"title":{"code":"validation_required","message":"Cannot be blank."}},"message":"No.","status":400}"#
        );
    }

    #[test]
    fn silence_becomes_the_default_sentence_of_the_status() {
        assert!(rendered(&Error::not_found("")).1.contains("The requested resource wasn't found."));
        let limited = Error::RateLimited { message: String::new(), limit: 5, retry_after_s: 3 };
        assert!(rendered(&Error::unauthorized("")).1.contains("Missing or invalid authentication."));
        assert!(rendered(&limited).1.contains("Too Many Requests."));
    }

    #[test]
    fn an_internal_error_says_nothing_of_itself() {
        let (status, body) = rendered(&Error::internal("disk /dev/sda is on fire"));
        assert_eq!(status, 500);
        assert_eq!(body, r#"{"data":{},"message":"Something went wrong while processing your request.","status":500}"#);
    }

    #[test]
    fn each_property_reports_its_first_problem_only() {
        let mut errors = Errors::default();
        errors.add("a", FieldError::required());
        errors.add("a", FieldError::new("validation_other", "Other."));
        errors.nested("list").nested("0");
        errors.prune();
        assert_eq!(errors.to_json()["a"]["code"], "validation_required");
        assert!(errors.to_json().get("list").is_none());
    }
}
