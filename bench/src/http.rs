//! HTTP/1.1 as a client needs it here: write a request, know where an answer ends.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use serde_json::Value;

use crate::Outcome;

/// Appends a request in wire form. An empty body sends none.
pub fn write(out: &mut Vec<u8>, method: &str, path: &str, token: &str, body: &str) {
    write_typed(out, (method, path, token), "application/json", body.as_bytes());
}

fn write_typed(out: &mut Vec<u8>, (method, path, token): (&str, &str, &str), media_type: &str, body: &[u8]) {
    let length = body.len();
    let _ = write!(out, "{method} {path} HTTP/1.1\r\nHost: bench\r\n");
    if !token.is_empty() {
        let _ = write!(out, "Authorization: {token}\r\n");
    }
    if length > 0 {
        let _ = write!(out, "Content-Type: {media_type}\r\nContent-Length: {length}\r\n");
    }
    out.extend_from_slice(b"\r\n");
    out.extend_from_slice(body);
}

/// A whole answer at the front of a buffer.
#[derive(Debug, PartialEq, Eq)]
pub struct Frame {
    pub status: u16,
    /// Bytes of head and body together.
    pub length: usize,
    pub body_at: usize,
    pub chunked: bool,
}

/// The first answer in `input` once it is complete; None asks for more bytes.
pub fn frame(input: &[u8]) -> Option<Frame> {
    let body_at = find(input, b"\r\n\r\n")? + 4;
    let head = std::str::from_utf8(input.get(..body_at)?).ok()?;
    let mut lines = head.split("\r\n");
    let status: u16 = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let (mut length, mut chunked) = (0, false);
    for line in lines {
        let Some((name, value)) = line.split_once(':') else { continue };
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse().ok()?;
        } else if name.eq_ignore_ascii_case("transfer-encoding") {
            chunked = value.trim().eq_ignore_ascii_case("chunked");
        }
    }
    let end = if chunked { chunks(input, body_at, None)? } else { body_at + length };
    (input.len() >= end).then_some(Frame { status, length: end, body_at, chunked })
}

/// The position behind the last chunk; `body` collects the content.
fn chunks(input: &[u8], mut at: usize, mut body: Option<&mut Vec<u8>>) -> Option<usize> {
    loop {
        let line = find(input.get(at..)?, b"\r\n")?;
        let size = usize::from_str_radix(std::str::from_utf8(input.get(at..at + line)?).ok()?.trim(), 16).ok()?;
        let content = at + line + 2;
        let end = content + size + 2;
        if let Some(body) = body.as_deref_mut() {
            body.extend_from_slice(input.get(content..content + size)?);
        }
        if input.len() < end {
            return None;
        }
        if size == 0 {
            return Some(end);
        }
        at = end;
    }
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).position(|window| window == needle)
}

/// One request on a connection of its own, for preparation; the answer as status and JSON.
pub fn call(address: SocketAddr, method: &str, path: &str, token: &str, body: &Value) -> Outcome<(u16, Value)> {
    let text = if body.is_null() { String::new() } else { body.to_string() };
    let mut request = Vec::new();
    write(&mut request, method, path, token, &text);
    exchange(address, &request)
}

/// Makes a record with one file, which must succeed.
pub fn upload(address: SocketAddr, path: &str, token: &str, field: &str, bytes: &[u8]) -> Outcome<Value> {
    let mut body =
        format!("--xx\r\nContent-Disposition: form-data; name=\"{field}\"; filename=\"file.bin\"\r\n\r\n").into_bytes();
    body.extend_from_slice(bytes);
    body.extend_from_slice(b"\r\n--xx--\r\n");
    let mut request = Vec::new();
    write_typed(&mut request, ("POST", path, token), "multipart/form-data; boundary=xx", &body);
    let (status, answer) = exchange(address, &request)?;
    if status == 200 { Ok(answer) } else { Err(format!("upload: {status} {answer}").into()) }
}

fn exchange(address: SocketAddr, request: &[u8]) -> Outcome<(u16, Value)> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(Duration::from_secs(60)))?;
    stream.write_all(request)?;
    answer(&mut stream)
}

/// The next answer on a connection, as status and JSON.
pub fn answer(stream: &mut TcpStream) -> Outcome<(u16, Value)> {
    let mut input = Vec::new();
    let mut buffer = [0; 16 * 1024];
    loop {
        if let Some(frame) = frame(&input) {
            let mut body = Vec::new();
            if frame.chunked {
                chunks(&input, frame.body_at, Some(&mut body));
            } else {
                body.extend_from_slice(input.get(frame.body_at..frame.length).unwrap_or_default());
            }
            return Ok((frame.status, serde_json::from_slice(&body).unwrap_or(Value::Null)));
        }
        let read = stream.read(&mut buffer)?;
        if read == 0 {
            return Err("connection closed".into());
        }
        input.extend_from_slice(buffer.get(..read).unwrap_or_default());
    }
}

/// As `call`, for requests that must succeed.
pub fn must(address: SocketAddr, method: &str, path: &str, token: &str, body: &Value) -> Outcome<Value> {
    let (status, answer) = call(address, method, path, token, body)?;
    if (200..300).contains(&status) { Ok(answer) } else { Err(format!("{method} {path}: {status} {answer}").into()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_with_a_length_ends_there() {
        let whole = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhiHTTP/1.1";
        assert_eq!(frame(whole).map(|f| (f.status, f.length)), Some((200, 40)));
        assert_eq!(frame(&whole[..39]), None);
    }

    #[test]
    fn an_answer_without_a_body_ends_with_its_head() {
        assert_eq!(frame(b"HTTP/1.1 204 No Content\r\n\r\n").map(|f| (f.status, f.length)), Some((204, 27)));
    }

    #[test]
    fn a_chunked_answer_ends_with_the_empty_chunk() {
        let whole = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\na\r\n0123456789\r\n0\r\n\r\n";
        assert_eq!(frame(whole).map(|f| f.length), Some(whole.len()));
        assert_eq!(frame(&whole[..whole.len() - 1]), None);
        let mut body = Vec::new();
        chunks(whole, frame(whole).map_or(0, |f| f.body_at), Some(&mut body));
        assert_eq!(body, b"abc0123456789");
    }
}
