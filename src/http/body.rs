//! Request bodies: JSON, urlencoded and multipart forms, read under a limit, file parts streamed to disk.

pub mod head;
pub mod multipart;

use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::error::PayloadError;
use actix_web::web::{Bytes, BytesMut};
use actix_web::{FromRequest, HttpRequest};
use futures_util::{Stream, StreamExt as _};

use super::ask::Ask;
use super::error::Failure;
use crate::error::Result;
use crate::records::Body;
use crate::value::{Json, Object, form, json};
pub use head::LIMIT;
use head::{Kind, Unreadable, is_well_formed, kind, length};

/// A body not read yet; the last argument of handlers that have one.
pub struct Raw {
    kind: Kind,
    /// As announced.
    length: Option<u64>,
    payload: Payload,
}

impl FromRequest for Raw {
    type Error = Failure;
    type Future = std::future::Ready<Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let head = request.head();
        std::future::ready(Ok(Raw { kind: kind(head), length: length(head), payload: payload.take() }))
    }
}

impl Raw {
    /// Fields and uploads, at most `limit` bytes in all.
    pub async fn body(self, ask: &Ask, limit: u64) -> Result<Body, Unreadable> {
        if self.length.is_some_and(|length| length > limit) {
            return Err(Unreadable::TooLarge);
        }
        let read = async {
            let chunks = limited(self.payload, limit);
            match self.kind {
                Kind::Empty => Ok(Body::default()),
                Kind::Unsupported => Err(Unreadable::Type),
                Kind::Xml => Err(Unreadable::Malformed("XML".into())),
                Kind::Json => object(&collect(chunks, self.length).await?).map(fields),
                Kind::Urlencoded => {
                    let bytes = collect(chunks, self.length).await?;
                    if !std::str::from_utf8(&bytes).is_ok_and(is_well_formed) {
                        return Err(Unreadable::Malformed("the form is not well-formed".into()));
                    }
                    let pairs = form_urlencoded::parse(&bytes).map(|(k, v)| (k.into_owned(), v.into_owned()));
                    form::object(pairs).map(fields).map_err(payload)
                }
                Kind::Multipart(content_type) => multipart::read(&content_type, chunks, &ask.files).await,
            }
        };
        in_time(ask, read).await
    }

    /// Any JSON value of at most `limit` bytes.
    pub async fn json(self, ask: &Ask, limit: u64) -> Result<Json, Unreadable> {
        if self.length.is_some_and(|length| length > limit) {
            return Err(Unreadable::TooLarge);
        }
        if self.kind != Kind::Json {
            return Err(Unreadable::Type);
        }
        let read = async { collect(limited(self.payload, limit), self.length).await };
        let bytes = in_time(ask, read).await?;
        Ok(json::parse_submitted(&bytes)?)
    }

    /// The fields alone, for endpoints that take no files; malformed bodies answer 400 with `message`.
    pub async fn object(self, ask: &Ask, message: &str) -> Result<Object> {
        self.body(ask, LIMIT).await.map(|body| body.fields).map_err(|e| e.under(message))
    }
}

/// What was read within its time, by a caller who still is one: that may have taken long.
async fn in_time<T>(ask: &Ask, read: impl Future<Output = Result<T, Unreadable>>) -> Result<T, Unreadable> {
    let deadline = Duration::from_secs(ask.config.body_timeout_s);
    let read = tokio::time::timeout(deadline, read).await.map_err(|_| Unreadable::Slow)??;
    ask.stands().await.map_err(Unreadable::Failed)?;
    Ok(read)
}

/// The payload, ending in [`PayloadError::Overflow`] once `limit` is passed.
fn limited(payload: Payload, limit: u64) -> impl Stream<Item = Result<Bytes, PayloadError>> + Unpin {
    let mut seen = 0u64;
    payload.map(move |chunk| {
        let chunk = chunk?;
        seen += chunk.len() as u64;
        if seen > limit { Err(PayloadError::Overflow) } else { Ok(chunk) }
    })
}

async fn collect(
    mut chunks: impl Stream<Item = Result<Bytes, PayloadError>> + Unpin,
    announced: Option<u64>,
) -> Result<Bytes, Unreadable> {
    let Some(first) = chunks.next().await.transpose().map_err(broken)? else { return Ok(Bytes::new()) };
    // Most bodies come in one piece.
    if announced == Some(first.len() as u64) {
        return Ok(first);
    }
    let mut all = BytesMut::from(first.as_ref());
    while let Some(chunk) = chunks.next().await {
        all.extend_from_slice(&chunk.map_err(broken)?);
    }
    Ok(all.freeze())
}

fn broken(error: PayloadError) -> Unreadable {
    match error {
        PayloadError::Overflow => Unreadable::TooLarge,
        other => Unreadable::Malformed(other.to_string()),
    }
}

/// A JSON object; `null` and no bytes at all stand for the empty one.
fn object(bytes: &[u8]) -> Result<Object, Unreadable> {
    if bytes.is_empty() {
        return Ok(Object::new());
    }
    match json::parse_submitted(bytes)? {
        Json::Object(object) => Ok(object),
        Json::Null => Ok(Object::new()),
        Json::Bool(_) | Json::Number(_) | Json::String(_) | Json::Array(_) => {
            Err(Unreadable::Malformed("the JSON is not an object".into()))
        }
    }
}

/// What a form whose `@jsonPayload` is no object is answered.
fn payload(_: form::InvalidPayload) -> Unreadable {
    Unreadable::Malformed("@jsonPayload must hold JSON objects".into())
}

fn fields(fields: Object) -> Body {
    Body { fields, uploads: Vec::new() }
}
