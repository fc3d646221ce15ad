//! JSON text, both ways: a strict reader (no duplicate keys, bounded depth) and writers that append to a byte buffer.

use std::cell::Cell;
use std::fmt;
use std::io::Write as _;

use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

use super::{Json, Object};

/// What may be submitted at once, about 100 bytes of memory each. However dense it is, JSON of a mebibyte has fewer.
const SUBMITTED: usize = 1 << 20;
/// What an object with members takes besides them.
const OBJECT: usize = 4;

/// Why JSON that somebody sent is not read.
#[derive(Debug)]
pub enum Refused {
    Malformed(serde_json::Error),
    /// It would take many times its length.
    TooMany,
}

/// Reads the first JSON value of `bytes`; what follows it is ignored, as clients of the protocol rely on.
/// Fails on invalid UTF-8, duplicate object keys and nesting deeper than serde_json's 128.
pub fn parse(bytes: &[u8]) -> Result<Json, serde_json::Error> {
    read(bytes, &Cell::new(usize::MAX))
}

/// As [`parse`], for what anybody may have sent: fails on too many values, too.
pub fn parse_submitted(bytes: &[u8]) -> Result<Json, Refused> {
    let left = Cell::new(SUBMITTED);
    read(bytes, &left).map_err(|error| if left.get() == 0 { Refused::TooMany } else { Refused::Malformed(error) })
}

fn read(bytes: &[u8], left: &Cell<usize>) -> Result<Json, serde_json::Error> {
    Strict { left }.deserialize(&mut serde_json::Deserializer::from_slice(bytes))
}

/// Reads a value while there are some left.
#[derive(Clone, Copy)]
struct Strict<'a> {
    left: &'a Cell<usize>,
}

impl Strict<'_> {
    fn take<E: de::Error>(self, count: usize) -> Result<(), E> {
        self.left.set(self.left.get().saturating_sub(count));
        if self.left.get() == 0 { Err(E::custom("too many values")) } else { Ok(()) }
    }
}

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Json;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Json, D::Error> {
        self.take(1)?;
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_bool<E>(self, v: bool) -> Result<Json, E> {
        Ok(Json::Bool(v))
    }

    fn visit_i64<E>(self, v: i64) -> Result<Json, E> {
        Ok(v.into())
    }

    fn visit_u64<E>(self, v: u64) -> Result<Json, E> {
        Ok(v.into())
    }

    fn visit_f64<E>(self, v: f64) -> Result<Json, E> {
        Ok(v.into())
    }

    fn visit_str<E>(self, v: &str) -> Result<Json, E> {
        Ok(v.into())
    }

    fn visit_string<E>(self, v: String) -> Result<Json, E> {
        Ok(Json::String(v))
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Json, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = seq.next_element_seed(self)? {
            list.push(item);
        }
        Ok(Json::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Json, A::Error> {
        let mut object = Object::new();
        while let Some(key) = map.next_key::<String>()? {
            if object.is_empty() {
                self.take(OBJECT)?;
            }
            let item = map.next_value_seed(self)?;
            if object.contains_key(&key) {
                return Err(de::Error::custom(format_args!("duplicate object key {key:?}")));
            }
            object.insert(key, item);
        }
        Ok(Json::Object(object))
    }
}

/// Appends `s` as a JSON string with its quotes.
pub fn write_str(out: &mut Vec<u8>, s: &str) {
    out.reserve(s.len() + 2);
    out.push(b'"');
    let mut rest = s.as_bytes();
    while let Some((plain, [special, after @ ..])) = rest.split_at_checked(plain_len(rest)) {
        out.extend_from_slice(plain);
        write_escape(out, *special);
        rest = after;
    }
    out.extend_from_slice(rest);
    out.push(b'"');
}

/// How many bytes at the start need no escape; eight at a time, as escapes are rare.
fn plain_len(bytes: &[u8]) -> usize {
    const ONES: u64 = u64::from_ne_bytes([1; 8]);
    const HIGH: u64 = u64::from_ne_bytes([0x80; 8]);
    let has_below = |word: u64, limit: u8| word.wrapping_sub(ONES * u64::from(limit)) & !word & HIGH != 0;
    let has = |word: u64, byte: u8| has_below(word ^ (ONES * u64::from(byte)), 1);
    let (words, _) = bytes.as_chunks::<8>();
    let is_plain = |word: &&[u8; 8]| {
        let word = u64::from_ne_bytes(**word);
        !has_below(word, 0x20) && !has(word, b'"') && !has(word, b'\\')
    };
    let skipped = words.iter().take_while(is_plain).count() * 8;
    let rest = bytes.get(skipped..).unwrap_or_default();
    skipped + rest.iter().position(|b| *b < 0x20 || *b == b'"' || *b == b'\\').unwrap_or(rest.len())
}

fn write_escape(out: &mut Vec<u8>, byte: u8) {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    let letter = match byte {
        b'"' | b'\\' => byte,
        b'\n' => b'n',
        b'\r' => b'r',
        b'\t' => b't',
        0x08 => b'b',
        0x0c => b'f',
        _ => {
            out.extend_from_slice(b"\\u00");
            let digit = |n: u8| HEX.get(usize::from(n)).copied().unwrap_or(b'0');
            return out.extend_from_slice(&[digit(byte >> 4), digit(byte & 15)]);
        }
    };
    out.extend_from_slice(&[b'\\', letter]);
}

/// Appends an integer.
pub fn write_int(out: &mut Vec<u8>, n: i64) {
    let mut digits = [0; 20];
    let mut len = 0;
    let mut rest = n.unsigned_abs();
    for slot in digits.iter_mut().rev() {
        *slot = b'0' + (rest % 10) as u8;
        rest /= 10;
        len += 1;
        if rest == 0 {
            break;
        }
    }
    if n < 0 {
        out.push(b'-');
    }
    out.extend_from_slice(digits.get(digits.len() - len..).unwrap_or_default());
}

/// Appends a float as JavaScript prints it: no exponent from 1e-6 up to 1e21, `-0` as `0`, `null` for NaN and infinities.
pub fn write_real(out: &mut Vec<u8>, n: f64) {
    if !n.is_finite() {
        out.extend_from_slice(b"null");
    } else if n == 0.0 {
        out.push(b'0');
    } else if (1e-4..1e15).contains(&n.abs()) {
        let mut digits = zmij::Buffer::new();
        let text = digits.format_finite(n);
        out.extend_from_slice(text.strip_suffix(".0").unwrap_or(text).as_bytes());
    } else if (1e-6..1e21).contains(&n.abs()) {
        let _ = write!(out, "{n}");
    } else {
        // Rust prints `1e21`, JavaScript `1e+21`.
        let text = format!("{n:e}");
        match text.split_once('e') {
            Some((digits, exponent)) if !exponent.starts_with('-') => {
                let _ = write!(out, "{digits}e+{exponent}");
            }
            Some(_) | None => out.extend_from_slice(text.as_bytes()),
        }
    }
}

/// Appends any JSON value, minified, numbers as [`write_real`].
pub fn write(out: &mut Vec<u8>, json: &Json) {
    match json {
        Json::Null => out.extend_from_slice(b"null"),
        Json::Bool(true) => out.extend_from_slice(b"true"),
        Json::Bool(false) => out.extend_from_slice(b"false"),
        Json::String(s) => write_str(out, s),
        Json::Number(n) => match (n.as_i64(), n.as_u64(), n.as_f64()) {
            (Some(n), _, _) => write_int(out, n),
            (None, Some(n), _) => {
                let _ = write!(out, "{n}");
            }
            (None, None, n) => write_real(out, n.unwrap_or_default()),
        },
        Json::Array(list) => {
            out.push(b'[');
            for (i, item) in list.iter().enumerate() {
                if i > 0 {
                    out.push(b',');
                }
                write(out, item);
            }
            out.push(b']');
        }
        Json::Object(object) => {
            out.push(b'{');
            for (i, (key, item)) in object.iter().enumerate() {
                if i > 0 {
                    out.push(b',');
                }
                write_str(out, key);
                out.push(b':');
                write(out, item);
            }
            out.push(b'}');
        }
    }
}

/// Any JSON value as minified text.
pub fn text(json: &Json) -> String {
    let mut out = Vec::new();
    write(&mut out, json);
    // Every writer above appends whole UTF-8 sequences.
    String::from_utf8(out).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(write: impl FnOnce(&mut Vec<u8>)) -> String {
        let mut out = Vec::new();
        write(&mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn texts_read_back_as_they_were() {
        // Every character that may matter, at every place of an eight-byte word.
        let specials: Vec<char> = (0..0x80_u8).map(char::from).chain(['\u{80}', 'é', '日', '😀', '\u{2028}']).collect();
        for special in specials {
            for before in 0..20 {
                let text = format!("{}{special}{}{special}", "a".repeat(before), "é".repeat(before % 3));
                let json = written(|out| write_str(out, &text));
                assert_eq!(serde_json::from_str::<String>(&json).unwrap(), text, "{json}");
                assert_eq!(json, serde_json::to_string(&text).unwrap());
            }
        }
        assert_eq!(written(|out| write_str(out, "")), "\"\"");
    }

    #[test]
    fn what_is_sent_may_hold_a_bounded_number_of_values() {
        let list = |piece: &str, times: usize| format!("[{}0]", format!("{piece},").repeat(times));
        let mebibyte = |piece: &str| list(piece, (1 << 20) / (piece.len() + 1) - 2);
        for piece in ["1", "[]", "{}", "\"\"", "{\"\":1}", "{\"\":{}}", "[{\"\":[]}]", "{\"a\":1,\"b\":2}"] {
            assert!(parse_submitted(mebibyte(piece).as_bytes()).is_ok(), "{piece}");
            let larger = list(piece, 2_000_000);
            assert!(matches!(parse_submitted(larger.as_bytes()), Err(Refused::TooMany)), "{piece}");
        }
        assert!(matches!(parse_submitted(b"[1,"), Err(Refused::Malformed(_))));
        assert!(matches!(parse_submitted(br#"{"a":1,"a":2}"#), Err(Refused::Malformed(_))));
        assert!(parse(list("1", 2_000_000).as_bytes()).is_ok(), "what is ours is read");
    }

    #[test]
    fn numbers_are_printed_as_javascript_does() {
        for n in [0, 1, -1, 9, 10, 100, i64::MAX, i64::MIN, 1_234_567_890] {
            assert_eq!(written(|out| write_int(out, n)), n.to_string());
        }
        for (n, want) in [
            (0.0, "0"),
            (-0.0, "0"),
            (1.5, "1.5"),
            (-2.25, "-2.25"),
            (1e20, "100000000000000000000"),
            (1e21, "1e+21"),
            (1.5e300, "1.5e+300"),
            (1e-6, "0.000001"),
            (1e-7, "1e-7"),
            (0.1 + 0.2, "0.30000000000000004"),
            (f64::NAN, "null"),
            (f64::INFINITY, "null"),
        ] {
            assert_eq!(written(|out| write_real(out, n)), want);
        }
    }
}
