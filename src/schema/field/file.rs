//! File fields: the stored names, and what an upload must satisfy.

use super::bounds::{MAX_SAFE_INT, bad_format, length_out_of_range, within};
use super::{Field, FieldKind};
use crate::error::{Errors, FieldError};
use crate::value::{Json, ValueRef};

/// Bytes per file; what a limit of 0 stands for.
pub(crate) const DEFAULT_FILE_SIZE: i64 = 5 << 20;
const MAX_NAME: usize = 150;

/// Other names of the types that content detection answers with.
const ALIASES: [(&str, &[&str]); 17] = [
    ("application/pdf", &["application/x-pdf"]),
    ("application/zip", &["application/x-zip", "application/x-zip-compressed"]),
    ("application/gzip", &["application/x-gzip", "application/x-gunzip", "application/gzipped"]),
    ("application/x-rar-compressed", &["application/x-rar", "application/vnd.rar"]),
    ("application/vnd.sqlite3", &["application/x-sqlite3"]),
    ("application/msword", &["application/vnd.ms-word"]),
    ("application/vnd.ms-excel", &["application/msexcel"]),
    ("application/vnd.ms-powerpoint", &["application/mspowerpoint"]),
    ("text/xml", &["application/xml"]),
    ("text/javascript", &["application/javascript", "application/x-javascript"]),
    ("text/rtf", &["application/rtf"]),
    ("image/bmp", &["image/x-bmp", "image/x-ms-bmp"]),
    ("image/x-icon", &["image/vnd.microsoft.icon"]),
    ("audio/mpeg", &["audio/x-mpeg", "audio/mp3"]),
    ("audio/wav", &["audio/x-wav", "audio/wave", "audio/vnd.wave"]),
    ("video/x-msvideo", &["video/avi", "video/msvideo"]),
    ("font/ttf", &["font/sfnt", "application/x-font-ttf", "application/font-sfnt"]),
];

/// A file about to be stored.
#[derive(Clone, Copy, Debug)]
pub struct Upload<'a> {
    /// As the client named it.
    pub original: &'a str,
    /// As it will be stored.
    pub name: &'a str,
    /// Bytes.
    pub size: u64,
    /// Detected from the content.
    pub mime: &'a str,
}

impl Field {
    /// Checks a file field's new value: every name is in `stored`, the value before, or among `uploads`; not too many;
    /// each upload in order. Nothing to say about other kinds.
    pub fn check_files(
        &self,
        stored: ValueRef<'_>,
        value: ValueRef<'_>,
        uploads: &[Upload<'_>],
    ) -> Result<(), FieldError> {
        let FieldKind::File { max_select, max_size, mime_types, .. } = &self.kind else { return Ok(()) };
        let kept: Vec<_> = self.items(stored).collect();
        let is_known = |name: &str| kept.iter().any(|k| k == name) || uploads.iter().any(|upload| upload.name == name);
        let unknown: Vec<String> =
            self.items(value).filter(|name| !is_known(name)).map(|name| name.into_owned()).collect();
        if !unknown.is_empty() {
            let message = format!("Invalid new files: [{}].", unknown.join(" "));
            return Err(FieldError::new("validation_invalid_file", message).with("invalidFiles", Json::from(unknown)));
        }
        let max = (*max_select).max(1);
        if !i64::try_from(self.items(value).count()).is_ok_and(|count| count <= max) {
            let message = format!("The maximum allowed files is {max}.");
            return Err(FieldError::new("validation_too_many_files", message).with("maxSelect", max));
        }
        for upload in uploads.iter().filter(|upload| self.items(value).any(|name| name == upload.name)) {
            check_upload(upload, *max_size, mime_types)?;
        }
        Ok(())
    }
}

fn check_upload(upload: &Upload<'_>, max_size: i64, mime_types: &[String]) -> Result<(), FieldError> {
    if upload.name.is_empty() || upload.name.len() > MAX_NAME {
        return Err(length_out_of_range(1, MAX_NAME));
    }
    if upload.name.starts_with('.') || upload.name.contains(['/', '\\']) {
        return Err(bad_format());
    }
    let max_size = if max_size > 0 { max_size } else { DEFAULT_FILE_SIZE };
    if i64::try_from(upload.size).map_or(true, |size| size > max_size) {
        let message =
            format!("Failed to upload {} - the maximum allowed file size is {max_size} bytes.", upload.original);
        let error = FieldError::new("validation_file_size_limit", message);
        return Err(error.with("file", upload.original).with("maxSize", max_size));
    }
    if !mime_types.is_empty() && !mime_types.iter().any(|allowed| is_same_type(allowed, upload.mime)) {
        let message = format!("\"{}\" mime type must be one of: {}.", upload.name, mime_types.join(", "));
        return Err(FieldError::new("validation_invalid_mime_type", message));
    }
    Ok(())
}

/// Compares without parameters, letter case and spelling of the same type.
fn is_same_type(a: &str, b: &str) -> bool {
    let essence = |mime: &str| mime.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let (a, b) = (essence(a), essence(b));
    let family = |mime: &str| ALIASES.iter().position(|(name, others)| *name == mime || others.contains(&mime));
    a == b || family(&a).is_some_and(|family_of_a| family(&b) == Some(family_of_a))
}

pub(super) fn check_options(max_select: i64, max_size: i64, thumbs: &[String], errors: &mut Errors) {
    errors.check("maxSelect", within(max_select, 0..=MAX_SAFE_INT));
    errors.check("maxSize", within(max_size, 0..=MAX_SAFE_INT));
    for (i, thumb) in thumbs.iter().enumerate().filter(|(_, thumb)| !thumb.is_empty()) {
        if let Err(error) = check_thumb(thumb) {
            errors.nested("thumbs").add(i.to_string(), error);
        }
    }
}

/// `{width}x{height}`, then perhaps `t`, `b` or `f`; one of the numbers may be 0.
fn check_thumb(thumb: &str) -> Result<(), FieldError> {
    let size = thumb.strip_suffix(['t', 'b', 'f']).unwrap_or(thumb);
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if !size.split_once('x').is_some_and(|(width, height)| is_number(width) && is_number(height)) {
        return Err(bad_format());
    }
    if size == "0x0" {
        return Err(FieldError::new("validation_not_in_invalid", "Must not be in list."));
    }
    Ok(())
}
