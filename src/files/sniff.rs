//! The type of a file by its content, never by its name.

use file_format::FileFormat;

/// Bytes at the start that tell the type.
pub const HEAD: usize = 3072;

/// What content looks like.
#[derive(Clone, Debug, PartialEq)]
pub struct Type {
    /// The media type without parameters.
    pub mime: String,
    /// Of text, when it shows; `""` otherwise.
    pub charset: &'static str,
    /// The usual extension without dot; `""` when there is none.
    pub extension: String,
}

impl Type {
    fn of(mime: &str, charset: &'static str, extension: &str) -> Type {
        Type { mime: mime.to_string(), charset, extension: extension.to_string() }
    }

    /// As the header of that name has it.
    pub fn content_type(&self) -> String {
        match self.charset {
            "" => self.mime.clone(),
            charset => format!("{}; charset={charset}", self.mime),
        }
    }
}

/// The type of content that starts with `head`.
pub fn sniff(head: &[u8]) -> Type {
    let format = FileFormat::from_bytes(head);
    // It looks for details, and gives up where they lie beyond the head.
    if format == FileFormat::ArbitraryBinaryData
        && let Some(found) = at_least(head)
    {
        return found;
    }
    match format {
        FileFormat::ArbitraryBinaryData | FileFormat::PlainText | FileFormat::Empty => text(head),
        // Formats of text that it knows by their first letters only.
        format if format.media_type().starts_with("text/") => text(head),
        FileFormat::ExtensibleMarkupLanguage | FileFormat::ScalableVectorGraphics => text(head),
        format => Type::of(renamed(format.media_type()), "", format.extension()),
    }
}

/// What begins so is at least this: place, bytes, type, extension.
const AT_LEAST: [(usize, &[u8], &str, &str); 8] = [
    (0, b"PK\x03\x04", "application/zip", "zip"),
    (0, b"%PDF-", "application/pdf", "pdf"),
    (4, b"ftyp", "video/mp4", "mp4"),
    (0, b"\x1a\x45\xdf\xa3", "video/matroska", "mkv"),
    (0, b"ID3", "audio/mpeg", "mp3"),
    (0, b"SQLite format 3\0", "application/vnd.sqlite3", "sqlite"),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage", ""),
    (0, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "video/x-ms-asf", "asf"),
];

/// What a container of the above is when this is near its beginning.
const INSIDE: [(&str, &[u8], &str, &str); 6] = [
    ("zip", b"word/", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx"),
    ("zip", b"xl/", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"),
    ("zip", b"ppt/", "application/vnd.openxmlformats-officedocument.presentationml.presentation", "pptx"),
    ("zip", b"mimetypeapplication/epub+zip", "application/epub+zip", "epub"),
    ("zip", b"mimetypeapplication/vnd.oasis.opendocument.text", "application/vnd.oasis.opendocument.text", "odt"),
    ("mkv", b"webm", "video/webm", "webm"),
];

fn at_least(head: &[u8]) -> Option<Type> {
    let begins = |at: usize, bytes: &[u8]| head.get(at..).is_some_and(|rest| rest.starts_with(bytes));
    let (_, _, mime, extension) = AT_LEAST.iter().find(|(at, bytes, ..)| begins(*at, bytes))?;
    let has = |bytes: &[u8]| head.windows(bytes.len()).any(|window| window == bytes);
    let inside = INSIDE.iter().find(|(container, bytes, ..)| container == extension && has(bytes));
    Some(inside.map_or_else(|| Type::of(mime, "", extension), |(_, _, mime, extension)| Type::of(mime, "", extension)))
}

/// Types that have another name in the protocol.
const RENAMED: [(&str, &str); 10] = [
    ("application/mp4", "video/mp4"),
    ("image/vnd.microsoft.icon", "image/x-icon"),
    ("audio/vnd.wave", "audio/wav"),
    ("audio/x-aiff", "audio/aiff"),
    ("application/rtf", "text/rtf"),
    ("application/x-executable", "application/x-elf"),
    ("video/x-matroska", "video/matroska"),
    ("audio/ogg", "application/ogg"),
    ("application/x-ebml", "video/matroska"),
    ("application/x-sqlite3", "application/vnd.sqlite3"),
];

fn renamed(mime: &str) -> &str {
    RENAMED.iter().find(|(other, _)| *other == mime).map_or(mime, |(_, ours)| ours)
}

fn text(head: &[u8]) -> Type {
    if head.is_empty() {
        return Type::of("text/plain", "", "txt");
    }
    if let [0xff, 0xfe, ..] = head {
        return Type::of("text/plain", "utf-16le", "txt");
    }
    if let [0xfe, 0xff, ..] = head {
        return Type::of("text/plain", "utf-16be", "txt");
    }
    let Some(readable) = utf8(head) else {
        let is_latin =
            head.iter().all(|b| matches!(b, b'\t' | b'\n' | b'\r' | 0x0c | 0x1b | 0x20..=0x7e | 0xa0..=0xff));
        return if is_latin {
            Type::of("text/plain", "iso-8859-1", "txt")
        } else {
            Type::of("application/octet-stream", "", "")
        };
    };
    let start: String = readable.trim_start().chars().take(256).collect::<String>().to_ascii_lowercase();
    let (mime, charset, extension) = kind(readable, &start);
    Type::of(mime, charset, extension)
}

/// The text, when it is text; it may end in the middle of a character.
fn utf8(head: &[u8]) -> Option<&str> {
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    let text = match std::str::from_utf8(head) {
        Ok(text) => text,
        Err(error) if error.error_len().is_none() => std::str::from_utf8(head.get(..error.valid_up_to())?).ok()?,
        Err(_) => return None,
    };
    let odd = |c: char| c.is_ascii_control() && !matches!(c, '\t' | '\n' | '\r' | '\x0c' | '\x1b');
    (!text.contains(odd)).then_some(text)
}

fn kind(text: &str, start: &str) -> (&'static str, &'static str, &'static str) {
    let begins = |any: &[&str]| any.iter().any(|tag| start.starts_with(tag));
    let shebang = text.lines().next().filter(|line| line.starts_with("#!")).unwrap_or_default();
    if begins(&["<svg"]) || (begins(&["<?xml", "<!doctype svg"]) && text.contains("<svg")) {
        ("image/svg+xml", "", "svg")
    } else if begins(&["<?xml"]) {
        ("text/xml", "utf-8", "xml")
    } else if begins(&HTML) {
        ("text/html", "utf-8", "html")
    } else if begins(&["<?php"]) {
        ("text/x-php", "", "php")
    } else if let Some(script) = SCRIPTS.iter().find(|script| shebang.contains(script.0)) {
        (script.1, "", script.2)
    } else if begins(&["begin:vcalendar"]) {
        ("text/calendar", "", "ics")
    } else if begins(&["begin:vcard"]) {
        ("text/vcard", "", "vcf")
    } else if begins(&["webvtt"]) {
        ("text/vtt", "", "vtt")
    } else if start.starts_with(['{', '[']) {
        json(text)
    } else if is_table(text, ',') {
        ("text/csv", "", "csv")
    } else if is_table(text, '\t') {
        ("text/tab-separated-values", "", "tsv")
    } else {
        ("text/plain", "utf-8", "txt")
    }
}

/// Interpreters by a part of their name, and what they run.
const SCRIPTS: [(&str, &str, &str); 7] = [
    ("node", "text/javascript", "js"),
    ("python", "text/x-python", "py"),
    ("perl", "text/x-perl", "pl"),
    ("lua", "text/x-lua", "lua"),
    ("php", "text/x-php", "php"),
    ("ruby", "text/x-ruby", "rb"),
    ("sh", "text/x-shellscript", "sh"),
];

const HTML: [&str; 13] = [
    "<p>",
    "<!doctype html",
    "<html",
    "<head",
    "<script",
    "<iframe",
    "<body",
    "<title",
    "<table",
    "<style",
    "<h1",
    "<div",
    "<!--",
];

fn json(text: &str) -> (&'static str, &'static str, &'static str) {
    let is_json = |text: &str| serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok();
    // A longer file is cut off: the last line does not count, and one document may be open.
    let whole = text.len() < HEAD - 4;
    if is_json(text) || (!whole && text.lines().count() < 2) {
        let is_geo =
            ["\"FeatureCollection\"", "\"Feature\"", "\"Point\"", "\"Polygon\""].iter().any(|t| text.contains(t));
        return if is_geo && text.contains("\"type\"") {
            ("application/geo+json", "", "geojson")
        } else {
            ("application/json", "", "json")
        };
    }
    let mut lines = text.lines().filter(|line| !line.trim().is_empty());
    if text.lines().count() > 1 && lines.all(is_json) {
        return ("application/x-ndjson", "", "ndjson");
    }
    ("text/plain", "utf-8", "txt")
}

/// At least two lines with the same number of separators, which is not none.
fn is_table(text: &str, separator: char) -> bool {
    let mut lines = text.lines().filter(|line| !line.is_empty()).map(|line| line.matches(separator).count());
    let Some(first) = lines.next().filter(|first| *first > 0) else { return false };
    let mut rest = lines.peekable();
    rest.peek().is_some() && rest.all(|count| count == first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_longer_than_the_head_is_known_by_its_beginning() {
        for (start, expected, extension) in [
            (&b"PK\x03\x04\x14\0\0\0\x08\0 photo.jpg"[..], "application/zip", "zip"),
            (
                b"PK\x03\x04\x14\0\x06\0\x08\0 [Content_Types].xml PK\x03\x04 word/document.xml",
                "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
                "docx",
            ),
            (b"PK\x03\x04\x0a\0 mimetypeapplication/epub+zipPK", "application/epub+zip", "epub"),
            (b"%PDF-1.7\n%\xe2\xe3", "application/pdf", "pdf"),
            (b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom\xff\xff\xff\xff", "video/mp4", "mp4"),
            (b"\x1a\x45\xdf\xa3\x9f\x42\x82\x84webm\xff\xff", "video/webm", "webm"),
        ] {
            let mut head = start.to_vec();
            // Anything, as compressed content is.
            head.extend((0..HEAD - start.len()).map(|n| ((n * 31) ^ (n >> 3)) as u8));
            let found = sniff(&head);
            assert_eq!((found.content_type().as_str(), found.extension.as_str()), (expected, extension));
        }
    }

    #[test]
    fn types_are_told_by_content() {
        for (head, expected) in [
            (&b""[..], "text/plain"),
            (b"hello", "text/plain; charset=utf-8"),
            (b"caf\xe9 au lait", "text/plain; charset=iso-8859-1"),
            (b"\xff\xfeh\0i\0", "text/plain; charset=utf-16le"),
            (b"# Title\n\nWords, and more\n", "text/plain; charset=utf-8"),
            (b"body { color: red }", "text/plain; charset=utf-8"),
            (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "image/png"),
            (b"\xff\xd8\xff\xe0\0\x10JFIF", "image/jpeg"),
            (b"GIF89a", "image/gif"),
            (b"RIFF\x24\0\0\0WEBPVP8 ", "image/webp"),
            (b"RIFF\x24\0\0\0WAVEfmt ", "audio/wav"),
            (b"%PDF-1.7", "application/pdf"),
            (b"\x1f\x8b\x08\0\0\0\0\0", "application/gzip"),
            (b"\0asm\x01\0\0\0", "application/wasm"),
            (b"wOF2\0\x01\0\0", "font/woff2"),
            (b"SQLite format 3\0", "application/vnd.sqlite3"),
            (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/svg+xml"),
            (b"<?xml version='1.0'?><svg/>", "image/svg+xml"),
            (b"<?xml version='1.0'?><a/>", "text/xml; charset=utf-8"),
            (b"<!DOCTYPE html><html>", "text/html; charset=utf-8"),
            (b"<script>alert(1)</script>", "text/html; charset=utf-8"),
            (br#"{"a":1}"#, "application/json"),
            (b"{\"a\":1}\n{\"a\":2}\n", "application/x-ndjson"),
            (br#"{"type":"FeatureCollection","features":[]}"#, "application/geo+json"),
            (b"a,b\n1,2\n", "text/csv"),
            (b"BEGIN:VCALENDAR\r\n", "text/calendar"),
            (b"#!/usr/bin/env node\nx()", "text/javascript"),
            (b"#!/bin/sh\nls", "text/x-shellscript"),
            (b"<?php echo 1;", "text/x-php"),
            (b"{ not json", "text/plain; charset=utf-8"),
            (b"\0\x01\x02\x03\xfe", "application/octet-stream"),
        ] {
            assert_eq!(sniff(head).content_type(), expected, "{:?}", String::from_utf8_lossy(head));
        }
    }
}
