//! What the head of a request says of its body, and what may be refused by it.

use actix_web::dev::RequestHead;
use actix_web::http::header::{CONTENT_LENGTH, CONTENT_TYPE, TRANSFER_ENCODING};
use actix_web::http::{Method, Version};

use crate::error::{Error, Reason, Result};

/// Bytes of a body where nothing else is said: 32 MiB.
pub const LIMIT: u64 = 32 << 20;

/// How a body is written.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// No bytes, whatever the content type.
    Empty,
    Json,
    Urlencoded,
    /// With the whole content type, for its boundary.
    Multipart(String),
    /// Known to the protocol, but nothing of it is an object.
    Xml,
    Unsupported,
}

/// Why a body could not be read.
#[derive(Debug)]
pub enum Unreadable {
    Type,
    TooLarge,
    /// The sentence is for the log; clients get the handler's.
    Malformed(String),
    Slow,
    Failed(Error),
}

impl Unreadable {
    /// The error under the handler's own message for what is malformed (`""` = the default).
    pub fn under(self, message: &str) -> Error {
        match self {
            Unreadable::Type => Error::bad_request("Unsupported Content-Type."),
            Unreadable::TooLarge => Error::Rejected { reason: Reason::TooLarge, message: String::new() },
            Unreadable::Malformed(why) => {
                tracing::debug!(why, "unreadable body");
                Error::bad_request(message)
            }
            Unreadable::Slow => Error::bad_request("The request body took too long."),
            Unreadable::Failed(error) => error,
        }
    }
}

/// Requests whose body nobody reads must still not send one that is too large or of a kind nobody knows.
pub fn refuse_unread(head: &RequestHead) -> Result<()> {
    if head.method != Method::GET && head.method != Method::DELETE {
        return Ok(());
    }
    if length(head).is_some_and(|length| length > LIMIT) {
        return Err(Unreadable::TooLarge.under(""));
    }
    match kind(head) {
        Kind::Unsupported => Err(Unreadable::Type.under("")),
        Kind::Empty | Kind::Json | Kind::Urlencoded | Kind::Multipart(_) | Kind::Xml => Ok(()),
    }
}

pub fn length(head: &RequestHead) -> Option<u64> {
    head.headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

pub fn kind(head: &RequestHead) -> Kind {
    // HTTP/2 says neither that there is a body nor, always, how long it is: then its type says that there is one.
    let unsaid = head.version == Version::HTTP_2 && length(head).is_none() && head.headers.contains_key(CONTENT_TYPE);
    let streamed = unsaid || head.headers.contains_key(TRANSFER_ENCODING);
    if length(head).unwrap_or(0) == 0 && !streamed {
        return Kind::Empty;
    }
    let Some(content_type) = head.headers.get(CONTENT_TYPE).and_then(|v| v.to_str().ok()) else {
        return Kind::Unsupported;
    };
    // By prefix and in lower case only: so does the protocol, and `application/jsonx` is read.
    let is = |name: &str| content_type.starts_with(name);
    if is("application/json") {
        Kind::Json
    } else if is("multipart/form-data") {
        Kind::Multipart(content_type.to_string())
    } else if is("application/x-www-form-urlencoded") {
        Kind::Urlencoded
    } else if is("text/xml") || is("application/xml") {
        Kind::Xml
    } else {
        Kind::Unsupported
    }
}

/// Pairs whose escapes are all `%` and two hexadecimal digits, and that do not use the old separator `;`.
pub fn is_well_formed(pairs: &str) -> bool {
    let hex = |text: &str| text.as_bytes().get(..2).is_some_and(|two| two.iter().all(u8::is_ascii_hexdigit));
    !pairs.contains(';') && pairs.split('%').skip(1).all(hex)
}
