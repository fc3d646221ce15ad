//! Multipart forms: values in memory, file parts in memory while small and spooled to a temporary file beyond that.

use std::path::PathBuf;

use actix_multipart::{Field, Multipart, MultipartError};
use actix_web::error::PayloadError;
use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, ContentDisposition, HeaderMap, HeaderValue};
use actix_web::web::Bytes;
use futures_util::{Stream, TryStreamExt as _};
use tokio::io::AsyncWriteExt as _;

use super::head::Unreadable;
use super::payload;
use crate::error::Error;
use crate::files::{Content, Files, Upload};
use crate::records::Body;
use crate::value::form;

/// Bytes of a file part kept in memory.
const IN_MEMORY: usize = 256 << 10;
/// Bytes of a part that is no file, however large the form may be.
const VALUE: usize = 128 << 20;
/// Parts of one form.
const PARTS: usize = 1000;

/// Reads a form; `chunks` bounds its size.
pub async fn read(
    content_type: &str,
    chunks: impl Stream<Item = Result<Bytes, PayloadError>> + Unpin + 'static,
    files: &Files,
) -> Result<Body, Unreadable> {
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_str(content_type).map_err(|_| Unreadable::Type)?);
    let mut form = Multipart::new(&headers, chunks);
    let mut pairs = Vec::new();
    let mut uploads = Vec::new();
    while let Some(part) = form.try_next().await.map_err(broken)? {
        if pairs.len() + uploads.len() >= PARTS {
            return Err(Unreadable::Malformed("too many parts".into()));
        }
        let Some(key) = part.name().filter(|name| !name.is_empty()).map(ToString::to_string) else { continue };
        match file_name(&part) {
            Some(name) => uploads.push((key, upload(part, name, files).await?)),
            None => pairs.push((key, value(part).await?)),
        }
    }
    Ok(Body { fields: form::object(pairs).map_err(payload)?, uploads })
}

/// A part with a file name is a file; an empty name is a form's untouched file input, which is a plain value.
fn file_name(part: &Field) -> Option<String> {
    let disposition = disposition(part)?;
    let encoded = disposition.get_filename_ext().map(|name| String::from_utf8_lossy(&name.value).into_owned());
    encoded.or_else(|| disposition.get_filename().map(ToString::to_string)).filter(|name| !name.is_empty())
}

/// The header of a part. Browsers send backslashes in names as they are: only before a quote or another one do they
/// escape anything.
fn disposition(part: &Field) -> Option<ContentDisposition> {
    let raw = part.headers().get(CONTENT_DISPOSITION)?.as_bytes();
    let mut bytes = Vec::with_capacity(raw.len());
    let mut rest = raw.iter().copied().peekable();
    while let Some(byte) = rest.next() {
        bytes.push(byte);
        if byte == b'\\' {
            bytes.push(rest.next_if(|next| matches!(next, b'"' | b'\\')).unwrap_or(b'\\'));
        }
    }
    ContentDisposition::from_raw(&HeaderValue::from_bytes(&bytes).ok()?).ok()
}

async fn value(mut part: Field) -> Result<String, Unreadable> {
    let mut bytes = Vec::new();
    while let Some(chunk) = part.try_next().await.map_err(broken)? {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > VALUE {
            return Err(Unreadable::TooLarge);
        }
    }
    String::from_utf8(bytes).map_err(|e| Unreadable::Malformed(e.to_string()))
}

async fn upload(mut part: Field, original_name: String, files: &Files) -> Result<Upload, Unreadable> {
    let mut bytes = Vec::new();
    while let Some(chunk) = part.try_next().await.map_err(broken)? {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > IN_MEMORY {
            return spool(part, original_name, bytes, files).await;
        }
    }
    Ok(Upload::new(original_name, bytes.len() as u64, Content::Memory(bytes)))
}

/// Goes on reading into a file that vanishes with the upload.
async fn spool(mut part: Field, original_name: String, head: Vec<u8>, files: &Files) -> Result<Upload, Unreadable> {
    let files = files.clone();
    let made = tokio::task::spawn_blocking(move || temporary(files.spool_dir()?)).await;
    let spooled = made.map_err(failed)?.map_err(Unreadable::Failed)?;
    let mut file = tokio::fs::File::from_std(spooled.as_file().try_clone().map_err(failed)?);
    let mut size = head.len() as u64;
    file.write_all(&head).await.map_err(disk)?;
    while let Some(chunk) = part.try_next().await.map_err(broken)? {
        size += chunk.len() as u64;
        file.write_all(&chunk).await.map_err(disk)?;
    }
    file.flush().await.map_err(disk)?;
    Ok(Upload::new(original_name, size, Content::Spooled(spooled)))
}

fn temporary(dir: PathBuf) -> Result<tempfile::NamedTempFile, Error> {
    tempfile::NamedTempFile::new_in(dir).map_err(Error::internal)
}

fn broken(error: MultipartError) -> Unreadable {
    match error {
        MultipartError::Payload(PayloadError::Overflow) => Unreadable::TooLarge,
        other => Unreadable::Malformed(other.to_string()),
    }
}

fn failed(error: impl std::error::Error + Send + Sync + 'static) -> Unreadable {
    Unreadable::Failed(Error::internal(error))
}

fn disk(error: std::io::Error) -> Unreadable {
    if error.kind() == std::io::ErrorKind::StorageFull {
        let reason = crate::error::Reason::NoSpace;
        return Unreadable::Failed(Error::Rejected { reason, message: String::new() });
    }
    failed(error)
}
