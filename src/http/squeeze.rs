//! Answers of JSON made smaller for clients that ask for it, by zstd or gzip at their cheapest levels.
//!
//! What is left as it is, and why: streams, which have to arrive piece by piece; files and whatever else has an entity tag,
//! whose bytes are promised; small answers, where it does not pay; and all answers but those to GET. An observer who
//! sees sizes can guess a secret that is compressed together with text of his choice (CRIME, BREACH). Tokens, codes and
//! passwords are only ever in answers to other methods, credentials travel in a header that no other site can have a
//! browser send, and refusals, which repeat what was sent, are left alone, too. Whoever serves secrets of one person and
//! words of another in one list can switch it off (`http.compress`).

use std::cell::RefCell;
use std::io::Write as _;

use actix_http::Response;
use actix_web::body::{BodySize, BoxBody, MessageBody as _};
use actix_web::http::StatusCode;
use actix_web::http::header::{
    ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_TYPE, ETAG, HeaderMap, HeaderName, HeaderValue, VARY,
};
use actix_web::web::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;

use super::error::JSON;

/// Bytes from which on it pays.
const SMALLEST: u64 = 1024;
/// Bytes up to which it takes no longer than a short read of the database.
const INLINE: usize = 64 << 10;
const ZSTD_LEVEL: i32 = 1;

/// How content may be packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coding {
    Brotli,
    Zstd,
    Gzip,
}

impl Coding {
    /// As in `Content-Encoding`.
    pub fn name(self) -> HeaderValue {
        HeaderValue::from_static(self.token())
    }

    fn token(self) -> &'static str {
        match self {
            Coding::Brotli => "br",
            Coding::Zstd => "zstd",
            Coding::Gzip => "gzip",
        }
    }

    /// The first of `offered` that the client takes. Few say that they like one better, and those like them in this order.
    pub fn accepted(headers: &HeaderMap, offered: &[Coding]) -> Option<Coding> {
        let accepted = headers.get(ACCEPT_ENCODING)?.to_str().ok()?;
        let takes = |coding: &&Coding| accepted.split(',').any(|entry| allows(entry, coding.token()));
        offered.iter().find(takes).copied()
    }
}

/// Whether an entry of `Accept-Encoding` is for `token`; with a weight of zero it is against it.
fn allows(entry: &str, token: &str) -> bool {
    let (name, weight) = entry.split_once(';').unwrap_or((entry, ""));
    let weight = weight.trim().strip_prefix("q=").map_or(Ok(1.0), |weight| weight.trim().parse::<f32>());
    name.trim().eq_ignore_ascii_case(token) && weight.is_ok_and(|weight| weight > 0.0)
}

/// Says that an answer depends on what the client takes.
pub fn vary(headers: &mut HeaderMap) {
    const ON: (HeaderName, HeaderValue) = (VARY, HeaderValue::from_static("Accept-Encoding"));
    let (name, value) = ON;
    headers.append(name, value);
}

/// The answer to a GET, packed if that is worth it and `wanted`.
pub async fn squeeze(mut answer: Response<BoxBody>, wanted: Option<Coding>) -> Response<BoxBody> {
    if !is_worth_it(&answer) {
        return answer;
    }
    vary(answer.headers_mut());
    let Some(coding) = wanted else { return answer };
    let (mut answer, body) = answer.into_parts();
    let bytes = match body.try_into_bytes() {
        Ok(bytes) => bytes,
        Err(body) => return answer.set_body(body),
    };
    let packed = match bytes.len() {
        ..=INLINE => pack(&bytes, coding),
        _ => {
            let bytes = bytes.clone();
            tokio::task::spawn_blocking(move || pack(&bytes, coding)).await.ok().flatten()
        }
    };
    let smaller = packed.filter(|packed| packed.len() < bytes.len());
    if smaller.is_some() {
        answer.headers_mut().insert(CONTENT_ENCODING, coding.name());
    }
    answer.set_body(BoxBody::new(smaller.map_or(bytes, Bytes::from)))
}

fn is_worth_it(answer: &Response<BoxBody>) -> bool {
    let headers = answer.headers();
    matches!(answer.body().size(), BodySize::Sized(SMALLEST..))
        && answer.status() == StatusCode::OK
        && headers.get(CONTENT_TYPE) == Some(&JSON)
        && !headers.contains_key(ETAG)
        && !headers.contains_key(CONTENT_ENCODING)
}

/// `None` when that fails; then it goes as it is.
fn pack(bytes: &[u8], coding: Coding) -> Option<Vec<u8>> {
    thread_local! {
        // Its memory is used again: to get and clear it takes longer than to pack a page of records.
        static ZSTD: RefCell<Option<zstd::bulk::Compressor<'static>>> = const { RefCell::new(None) };
    }
    match coding {
        Coding::Zstd => ZSTD.with_borrow_mut(|kept| {
            if kept.is_none() {
                *kept = zstd::bulk::Compressor::new(ZSTD_LEVEL).ok();
            }
            kept.as_mut()?.compress(bytes).ok()
        }),
        Coding::Gzip => {
            let mut encoder = GzEncoder::new(Vec::with_capacity(bytes.len() / 2), Compression::fast());
            encoder.write_all(bytes).ok()?;
            encoder.finish().ok()
        }
        // Its cheapest level costs several times the others'; it is for what is packed once.
        Coding::Brotli => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_that_is_taken_is_used() {
        let offered = [Coding::Brotli, Coding::Zstd, Coding::Gzip];
        for (header, coding) in [
            ("gzip, deflate, br, zstd", Some(Coding::Brotli)),
            ("gzip, zstd", Some(Coding::Zstd)),
            ("GZIP;q=0.5", Some(Coding::Gzip)),
            ("br;q=0, gzip; q=0.1", Some(Coding::Gzip)),
            ("br; q=0.000", None),
            ("br;q=x", None),
            ("identity", None),
            ("gzipped, x-gzip", None),
            ("", None),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT_ENCODING, HeaderValue::from_static(header));
            assert_eq!(Coding::accepted(&headers, &offered), coding, "{header}");
        }
        assert_eq!(Coding::accepted(&HeaderMap::new(), &offered), None);
    }
}
