//! From an error in the caller's terms to a status and a body; the only place that decides either.

use std::fmt;

use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use actix_web::{HttpResponse, ResponseError};

use crate::error::{Error, Reason, sentence};
use crate::value::json;

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
        match &self.0 {
            Error::Invalid { .. } => StatusCode::BAD_REQUEST,
            Error::Rejected { reason, .. } => match reason {
                Reason::BadRequest => StatusCode::BAD_REQUEST,
                Reason::Unauthorized => StatusCode::UNAUTHORIZED,
                Reason::Forbidden => StatusCode::FORBIDDEN,
                Reason::NotFound => StatusCode::NOT_FOUND,
                Reason::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
                Reason::NoSpace => StatusCode::INSUFFICIENT_STORAGE,
            },
            Error::RateLimited { .. } => StatusCode::TOO_MANY_REQUESTS,
            Error::Unavailable { .. } => StatusCode::SERVICE_UNAVAILABLE,
            Error::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn error_response(&self) -> HttpResponse {
        let status = self.status_code();
        let mut answer = HttpResponse::build(status);
        answer.insert_header((CONTENT_TYPE, JSON));
        match &self.0 {
            Error::RateLimited { retry_after_s } | Error::Unavailable { retry_after_s, .. } => {
                answer.insert_header((RETRY_AFTER, retry_after_s.to_string()));
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
        answer.body(envelope(&self.0, status))
    }
}

/// `{"data":{…},"message":"…","status":N}`.
fn envelope(error: &Error, status: StatusCode) -> Vec<u8> {
    let (message, errors) = match error {
        Error::Invalid { message, errors } => (message.as_str(), Some(errors)),
        Error::Rejected { message, .. } | Error::Unavailable { message, .. } => (message.as_str(), None),
        Error::RateLimited { .. } | Error::Internal(_) => ("", None),
    };
    let message = if message.trim().is_empty() { default_message(status).to_string() } else { sentence(message) };
    let mut out = b"{\"data\":".to_vec();
    match errors {
        Some(errors) => json::write(&mut out, &errors.to_json()),
        None => out.extend_from_slice(b"{}"),
    }
    out.extend_from_slice(b",\"message\":");
    json::write_str(&mut out, &message);
    out.extend_from_slice(b",\"status\":");
    json::write_int(&mut out, i64::from(status.as_u16()));
    out.push(b'}');
    out
}

/// What is said when nobody said anything better.
fn default_message(status: StatusCode) -> &'static str {
    match status {
        StatusCode::UNAUTHORIZED => "Missing or invalid authentication.",
        StatusCode::FORBIDDEN => "You are not allowed to perform this request.",
        StatusCode::NOT_FOUND => "The requested resource wasn't found.",
        StatusCode::PAYLOAD_TOO_LARGE => "Request entity too large.",
        StatusCode::TOO_MANY_REQUESTS => "Too Many Requests.",
        StatusCode::SERVICE_UNAVAILABLE => "The server is busy, please try again.",
        StatusCode::INSUFFICIENT_STORAGE => "The disk is full.",
        _ => "Something went wrong while processing your request.",
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::FieldError;

    fn rendered(error: Error) -> (u16, String) {
        let status = Failure(error);
        let code = status.status_code();
        (code.as_u16(), String::from_utf8(envelope(&status.0, code)).unwrap())
    }

    #[test]
    fn messages_are_sentences_and_data_is_always_an_object() {
        assert_eq!(
            rendered(Error::bad_request(" failed to load ")),
            (400, r#"{"data":{},"message":"Failed to load.","status":400}"#.into())
        );
        assert_eq!(
            rendered(Error::invalid("no", "title", FieldError::required())).1,
            r#"{"data":{"title":{"code":"validation_required","message":"Cannot be blank."}},"message":"No.","status":400}"#
        );
    }

    #[test]
    fn silence_becomes_the_default_sentence_of_the_status() {
        assert!(rendered(Error::not_found("")).1.contains("The requested resource wasn't found."));
        assert!(rendered(Error::unauthorized("")).1.contains("Missing or invalid authentication."));
        assert!(rendered(Error::RateLimited { retry_after_s: 3 }).1.contains("Too Many Requests."));
    }

    #[test]
    fn an_internal_error_says_nothing_of_itself() {
        let (status, body) = rendered(Error::internal("disk /dev/sda is on fire"));
        assert_eq!(status, 500);
        assert_eq!(body, r#"{"data":{},"message":"Something went wrong while processing your request.","status":500}"#);
    }
}
