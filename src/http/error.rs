//! From an error in the caller's terms to an answer; what the status and the sentence are, the error itself knows.

use std::fmt;

use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use actix_web::{HttpResponse, ResponseError};

use crate::error::{Error, Reason};
use crate::logs::Failed;
use crate::value::{Json, json};

/// The content type of every API answer.
pub const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// What handlers return.
pub type Answer = Result<HttpResponse, Failure>;

/// An error on its way out.
#[derive(Debug)]
pub struct Failure(pub Error);

/// Why an answer is a 5xx: carried along it for the log, never sent.
pub struct Cause(pub String);

impl<E: Into<Error>> From<E> for Failure {
    fn from(error: E) -> Self {
        Failure(error.into())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl ResponseError for Failure {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.0.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn error_response(&self) -> HttpResponse {
        let mut answer = HttpResponse::build(self.status_code());
        answer.insert_header((CONTENT_TYPE, JSON));
        match &self.0 {
            Error::RateLimited { limit, retry_after_s, .. } => {
                answer.insert_header((RETRY_AFTER, retry_after_s.to_string()));
                answer.insert_header(("RateLimit-Limit", limit.to_string()));
                answer.insert_header(("RateLimit-Remaining", "0"));
                answer.insert_header(("RateLimit-Reset", retry_after_s.to_string()));
            }
            Error::Unavailable { message, retry_after_s } => {
                answer.insert_header((RETRY_AFTER, retry_after_s.to_string()));
                answer.extensions_mut().insert(Cause(message.clone()));
            }
            // The rest of such a body is still unread: the connection cannot be used again.
            Error::Rejected { reason: Reason::TooLarge, .. } => {
                answer.force_close();
            }
            Error::Internal(source) => {
                answer.extensions_mut().insert(Cause(chain(source.as_ref())));
            }
            Error::Invalid { .. } | Error::Rejected { .. } => {}
        }
        let envelope = self.0.envelope();
        let failed = Failed { message: text_of(&envelope, "message"), details: details(&self.0) };
        answer.extensions_mut().insert(failed);
        answer.body(json::text(&envelope))
    }
}

fn text_of(envelope: &Json, key: &str) -> String {
    envelope.get(key).and_then(Json::as_str).unwrap_or_default().to_string()
}

/// What is behind a refusal, for the log.
fn details(error: &Error) -> Json {
    match error {
        Error::Invalid { errors, .. } => errors.to_json(),
        Error::Internal(source) => chain(source.as_ref()).into(),
        Error::Unavailable { message, .. } => message.as_str().into(),
        Error::Rejected { .. } | Error::RateLimited { .. } => Json::Null,
    }
}

/// An error with its sources, outermost first.
fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(source) = next {
        text.push_str(": ");
        text.push_str(&source.to_string());
        next = source.source();
    }
    text
}
