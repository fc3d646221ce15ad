//! The type of a file by its content, never by its name.

use file_format::FileFormat;

/// The media type of content that starts with `head`, without parameters.
pub fn sniff(head: &[u8]) -> String {
    if head.is_empty() {
        return "text/plain".into();
    }
    match FileFormat::from_bytes(head) {
        FileFormat::ArbitraryBinaryData | FileFormat::PlainText | FileFormat::Empty => text(head).into(),
        format => format.media_type().into(),
    }
}

fn text(head: &[u8]) -> &'static str {
    // The head may end in the middle of a character.
    let readable = match std::str::from_utf8(head) {
        Ok(text) => text,
        Err(error) if error.error_len().is_none() => {
            std::str::from_utf8(head.get(..error.valid_up_to()).unwrap_or_default()).unwrap_or_default()
        }
        Err(_) => "",
    };
    if readable.is_empty() || readable.contains('\0') {
        return "application/octet-stream";
    }
    let start: String = readable.trim_start().chars().take(256).collect::<String>().to_ascii_lowercase();
    if start.starts_with("<svg") || (start.starts_with("<?xml") && readable.contains("<svg")) {
        "image/svg+xml"
    } else if start.starts_with("<?xml") {
        "text/xml"
    } else if start.starts_with("<!doctype html") || start.starts_with("<html") {
        "text/html"
    } else if start.starts_with(['{', '[']) && serde_json::from_str::<serde::de::IgnoredAny>(readable).is_ok() {
        "application/json"
    } else {
        "text/plain"
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
            assert_eq!(sniff(head), expected, "{head:?}");
        }
    }
}
