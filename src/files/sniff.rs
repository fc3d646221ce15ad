//! The type of a file by its content, never by its name.

use file_format::FileFormat;

/// What content looks like.
#[derive(Clone, Debug, PartialEq)]
pub struct Type {
    /// The media type without parameters.
    pub mime: String,
    /// The usual extension without dot; `""` when there is none.
    pub extension: String,
}

/// The type of content that starts with `head`.
pub fn sniff(head: &[u8]) -> Type {
    let (mime, extension) = match FileFormat::from_bytes(head) {
        FileFormat::ArbitraryBinaryData | FileFormat::PlainText | FileFormat::Empty => {
            let (mime, extension) = text(head);
            (mime.to_string(), extension.to_string())
        }
        format => (format.media_type().to_string(), format.extension().to_string()),
    };
    Type { mime, extension }
}

fn text(head: &[u8]) -> (&'static str, &'static str) {
    if head.is_empty() {
        return ("text/plain", "txt");
    }
    // The head may end in the middle of a character.
    let readable = match std::str::from_utf8(head) {
        Ok(text) => text,
        Err(error) if error.error_len().is_none() => {
            std::str::from_utf8(head.get(..error.valid_up_to()).unwrap_or_default()).unwrap_or_default()
        }
        Err(_) => "",
    };
    if readable.is_empty() || readable.contains('\0') {
        return ("application/octet-stream", "");
    }
    let start: String = readable.trim_start().chars().take(256).collect::<String>().to_ascii_lowercase();
    if start.starts_with("<svg") || (start.starts_with("<?xml") && readable.contains("<svg")) {
        ("image/svg+xml", "svg")
    } else if start.starts_with("<?xml") {
        ("text/xml", "xml")
    } else if start.starts_with("<!doctype html") || start.starts_with("<html") {
        ("text/html", "html")
    } else if start.starts_with(['{', '[']) && serde_json::from_str::<serde::de::IgnoredAny>(readable).is_ok() {
        ("application/json", "json")
    } else {
        ("text/plain", "txt")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_told_by_content() {
        for (head, expected) in [
            (&b""[..], "text/plain"),
            (b"hello", "text/plain"),
            (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "image/png"),
            (b"\xff\xd8\xff\xe0\0\x10JFIF", "image/jpeg"),
            (b"GIF89a", "image/gif"),
            (b"%PDF-1.7", "application/pdf"),
            (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/svg+xml"),
            (b"<!DOCTYPE html><html>", "text/html"),
            (br#"{"a":1}"#, "application/json"),
            (b"\0\x01\x02\x03\xfe", "application/octet-stream"),
        ] {
            assert_eq!(sniff(head).mime, expected, "{head:?}");
        }
    }
}
