//! Sends a stored file, or the parts of it that are wanted.

use std::ops::Range;
use std::sync::Arc;

use actix_web::body::SizedStream;
use actix_web::http::StatusCode;
use actix_web::http::header::{
    ACCEPT_RANGES, CONTENT_RANGE, CONTENT_TYPE, ContentType, ETAG, EntityTag, HeaderValue, HttpDate, LAST_MODIFIED,
};
use actix_web::web::Bytes;
use actix_web::{HttpMessage as _, HttpRequest, HttpResponse, HttpResponseBuilder};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};

use super::parts::{Known, Plan, plan};
use super::shell::OnlyHead;
use crate::error::{Error, Result};
use crate::files::{Blob, Chunks, Piece};

const BYTES: HeaderValue = HeaderValue::from_static("bytes");

/// Answers `request` with `blob`, which is shown as `media_type`. `key` names the file for good: its content never changes.
pub async fn deliver(request: &HttpRequest, blob: Blob, media_type: &str, key: &str) -> Result<HttpResponse> {
    let len = blob.len;
    // One name, one content: so name and size are as good as a digest of it.
    let tag = EntityTag::new_strong(format!("{:08x}-{len:x}", crc32fast::hash(key.as_bytes())));
    let only_head = request.extensions().contains::<OnlyHead>();
    let plan = plan(request, &Known { tag: &tag, modified: blob.modified, len });
    // Ranges are for GET.
    let plan = if only_head && matches!(plan, Plan::Parts(_) | Plan::Beyond) { Plan::Whole } else { plan };
    let mut answer = HttpResponse::build(match plan {
        Plan::Whole => StatusCode::OK,
        Plan::Parts(_) => StatusCode::PARTIAL_CONTENT,
        Plan::Fresh => StatusCode::NOT_MODIFIED,
        Plan::Refuse => StatusCode::PRECONDITION_FAILED,
        Plan::Beyond => StatusCode::RANGE_NOT_SATISFIABLE,
    });
    answer.insert_header((ETAG, tag)).insert_header((LAST_MODIFIED, HttpDate::from(blob.modified)));
    answer.insert_header((ACCEPT_RANGES, BYTES));
    let media_type = HeaderValue::from_str(media_type).map_err(Error::internal)?;
    match plan {
        Plan::Fresh | Plan::Refuse => Ok(answer.finish()),
        Plan::Beyond => {
            answer.insert_header((CONTENT_RANGE, format!("bytes */{len}")));
            Ok(answer.insert_header(ContentType::plaintext()).body("The file does not go that far.\n"))
        }
        Plan::Whole => {
            answer.insert_header((CONTENT_TYPE, media_type));
            if only_head {
                return Ok(body(&mut answer, Piece::Chunks(stream::empty().boxed()), len));
            }
            Ok(body(&mut answer, blob.read(0..len).await?, len))
        }
        Plan::Parts(parts) => match <[Range<u64>; 1]>::try_from(parts) {
            Ok([part]) => {
                answer.insert_header((CONTENT_TYPE, media_type)).insert_header((CONTENT_RANGE, extent(&part, len)));
                let bytes = part.end - part.start;
                Ok(body(&mut answer, blob.read(part).await?, bytes))
            }
            Err(parts) => Ok(several(&mut answer, blob, &media_type, parts)),
        },
    }
}

fn body(answer: &mut HttpResponseBuilder, piece: Piece, len: u64) -> HttpResponse {
    match piece {
        Piece::Memory(bytes) => answer.body(bytes),
        Piece::Chunks(chunks) => answer.body(SizedStream::new(len, chunks)),
    }
}

fn extent(part: &Range<u64>, len: u64) -> String {
    format!("bytes {}-{}/{len}", part.start, part.end - 1)
}

/// Parts one after the other, each with a head of its own.
fn several(
    answer: &mut HttpResponseBuilder,
    blob: Blob,
    media_type: &HeaderValue,
    parts: Vec<Range<u64>>,
) -> HttpResponse {
    // Content that has this in it would fool nobody but whoever asks for it in parts.
    let boundary = "cratebase-part-of-a-file-6d2f1b";
    let kind = String::from_utf8_lossy(media_type.as_bytes()).into_owned();
    let head = |part: &Range<u64>| {
        let extent = extent(part, blob.len);
        Bytes::from(format!("\r\n--{boundary}\r\nContent-Type: {kind}\r\nContent-Range: {extent}\r\n\r\n"))
    };
    let end = Bytes::from(format!("\r\n--{boundary}--\r\n"));
    let heads: Vec<(Bytes, Range<u64>)> = parts.into_iter().map(|part| (head(&part), part)).collect();
    let len = heads.iter().fold(end.len() as u64, |sum, (head, part)| sum + head.len() as u64 + part.end - part.start);
    answer.insert_header((CONTENT_TYPE, format!("multipart/byteranges; boundary={boundary}")));
    let blob = Arc::new(blob);
    let pieces = stream::iter(heads).then(move |(head, part)| {
        let blob = Arc::clone(&blob);
        async move {
            let bytes: Chunks = match blob.read(part).await.map_err(std::io::Error::other)? {
                Piece::Memory(bytes) => one(bytes),
                Piece::Chunks(chunks) => chunks,
            };
            Ok::<_, std::io::Error>(one(head).chain(bytes))
        }
    });
    answer.body(SizedStream::new(len, pieces.try_flatten().chain(one(end)).boxed()))
}

fn one(bytes: Bytes) -> Chunks {
    stream::once(async { Ok(bytes) }).boxed()
}
