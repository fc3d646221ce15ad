//! From an entry to the row that is stored: on the log's own thread.

use std::borrow::Cow;

use crate::id::Ids;
use crate::value::json::{write_int, write_real, write_str};
use crate::value::redact::{redacted, without_secrets};
use crate::value::{Value, json};

use super::entry::{Entry, Note, Request, What};

/// Bytes of a message.
const MESSAGE: usize = 8000;
/// Bytes of `data` unless the settings say more or less.
const DATA: usize = 16_384;
const METHOD: usize = 50;
const URL: usize = 3000;
const HEADER: usize = 2000;

/// Makes rows; keeps its buffers.
pub struct Row {
    cap: usize,
    data: Data,
}

impl Row {
    /// With so many bytes of data at most; 0 stands for the default.
    pub fn new(cap: i64) -> Row {
        let cap = usize::try_from(cap).ok().filter(|cap| *cap > 0).unwrap_or(DATA);
        Row { cap, data: Data::default() }
    }

    /// The values of a row: id, level, message, data, created.
    pub fn of(&mut self, entry: Entry, ids: &Ids) -> [Value; 5] {
        self.data.begin(self.cap);
        let message = match &entry.what {
            What::Request(request) => request.write(&mut self.data),
            What::Note(note) => note.write(&mut self.data),
        };
        let (data, at) = (self.data.end(), entry.at);
        let message = match cut(&message, MESSAGE) {
            Cow::Owned(short) => short,
            Cow::Borrowed(_) => message,
        };
        [ids.ordered(at).into(), entry.level.into(), message.into(), data.into(), at.to_string().into()]
    }
}

impl Note {
    fn write(&self, data: &mut Data) -> String {
        for (key, value) in &self.data {
            data.add(key, |out| json::write(out, &without_secrets(value)));
        }
        redacted(&self.message).into_owned()
    }
}

impl Request {
    fn write(&self, data: &mut Data) -> String {
        let (referer, agent) = self.parts;
        let part = |from: usize, to: usize| redacted(self.text.get(from..to).unwrap_or_default());
        let url = part(0, referer);
        let caller = self.caller.as_ref();
        data.add("type", |out| write_str(out, "request"));
        data.add("method", |out| write_str(out, &cut(&self.method, METHOD)));
        data.add("status", |out| write_int(out, self.status.into()));
        data.add("execTime", |out| write_real(out, self.nanos as f64 / 1e6));
        data.add("auth", |out| write_str(out, caller.map_or("", |caller| &caller.collection.name)));
        if let Some(caller) = caller.filter(|_| self.with_auth_id) {
            data.add("authId", |out| write_str(out, caller.id()));
        }
        if let Some(ips) = &self.ips {
            let remote = ips.remote.map(crate::value::net::full_ip).unwrap_or_default();
            data.add("userIP", |out| write_str(out, ips.real.as_deref().unwrap_or(&remote)));
            data.add("remoteIP", |out| write_str(out, &remote));
        }
        if let Some(failed) = &self.failed {
            data.add("error", |out| write_str(out, &redacted(&failed.message)));
            data.add("details", |out| json::write(out, &without_secrets(&failed.details)));
        }
        data.add("url", |out| write_str(out, &cut(&url, URL)));
        data.add("referer", |out| write_str(out, &cut(&part(referer, agent), HEADER)));
        data.add("userAgent", |out| write_str(out, &cut(&part(agent, self.text.len()), HEADER)));
        let decoded = percent_encoding::percent_decode_str(&url).decode_utf8_lossy();
        // Decoding may have revealed what was hidden in escapes.
        [&self.method, " ", &redacted(&decoded)].concat()
    }
}

/// A JSON object of limited size: what does not fit is left out, and that is said.
#[derive(Default)]
struct Data {
    out: Vec<u8>,
    cap: usize,
    cut: bool,
}

impl Data {
    fn begin(&mut self, cap: usize) {
        self.out.clear();
        self.out.push(b'{');
        (self.cap, self.cut) = (cap, false);
    }

    fn add(&mut self, key: &str, value: impl FnOnce(&mut Vec<u8>)) {
        let before = self.out.len();
        if before > 1 {
            self.out.push(b',');
        }
        write_str(&mut self.out, key);
        self.out.push(b':');
        value(&mut self.out);
        if self.out.len() >= self.cap {
            self.out.truncate(before);
            self.cut = true;
        }
    }

    fn end(&mut self) -> String {
        if self.cut {
            self.out.extend_from_slice(if self.out.len() > 1 { b"," } else { b"" });
            self.out.extend_from_slice(b"\"__pb_truncated__\":true");
        }
        self.out.push(b'}');
        // Writers of JSON write UTF-8.
        String::from_utf8_lossy(&self.out).into_owned()
    }
}

/// The beginning of a text that is longer than so many bytes.
fn cut(text: &str, bytes: usize) -> Cow<'_, str> {
    match text.get(..text.floor_char_boundary(bytes)) {
        Some(start) if start.len() < text.len() => format!("{start}...").into(),
        _ => text.into(),
    }
}
