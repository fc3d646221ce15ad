//! What of a file is sent: conditions and ranges of a request, as RFC 9110 has them. Pure.

use std::ops::Range;
use std::time::{SystemTime, UNIX_EPOCH};

use actix_web::HttpMessage;
use actix_web::http::header::{
    EntityTag, IF_MATCH, IF_NONE_MATCH, IF_RANGE, IfMatch, IfModifiedSince, IfNoneMatch, IfRange, IfUnmodifiedSince,
    RANGE, Range as Wanted,
};

/// More ranges than this are nobody's need: the whole file is sent.
const RANGES: usize = 32;

/// What a file is known by.
pub struct Known<'a> {
    pub tag: &'a EntityTag,
    pub modified: SystemTime,
    /// Bytes.
    pub len: u64,
}

/// What is sent.
#[derive(Debug, PartialEq)]
pub enum Plan {
    /// 412: it is not the file that was meant.
    Refuse,
    /// 304: the client has it.
    Fresh,
    /// 416: it does not go that far.
    Beyond,
    Whole,
    /// 206, in this order.
    Parts(Vec<Range<u64>>),
}

/// What to send of a file to whoever sent `request`.
pub fn plan(request: &impl HttpMessage, file: &Known<'_>) -> Plan {
    let has = |name| request.headers().contains_key(name);
    let matches = if has(IF_MATCH) {
        request.get_header::<IfMatch>().is_some_and(|wanted| match wanted {
            IfMatch::Any => true,
            IfMatch::Items(tags) => tags.iter().any(|tag| tag.strong_eq(file.tag)),
        })
    } else {
        request.get_header::<IfUnmodifiedSince>().is_none_or(|since| seconds(file.modified) <= seconds(since.0.into()))
    };
    if !matches {
        return Plan::Refuse;
    }
    let fresh = if has(IF_NONE_MATCH) {
        request.get_header::<IfNoneMatch>().is_some_and(|known| match known {
            IfNoneMatch::Any => true,
            IfNoneMatch::Items(tags) => tags.iter().any(|tag| tag.weak_eq(file.tag)),
        })
    } else {
        request.get_header::<IfModifiedSince>().is_some_and(|since| seconds(file.modified) <= seconds(since.0.into()))
    };
    if fresh {
        return Plan::Fresh;
    }
    let same = !has(IF_RANGE)
        || request.get_header::<IfRange>().is_some_and(|known| match known {
            IfRange::EntityTag(tag) => tag.strong_eq(file.tag),
            IfRange::Date(date) => seconds(file.modified) == seconds(date.into()),
        });
    if has(RANGE) && same { ranges(request, file.len) } else { Plan::Whole }
}

/// A header that is none of bytes is ignored, as the RFC says.
fn ranges(request: &impl HttpMessage, len: u64) -> Plan {
    let header = request.headers().get(RANGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let in_bytes = header.split_once('=').is_some_and(|(unit, _)| unit.trim().eq_ignore_ascii_case("bytes"));
    if !in_bytes || len == 0 {
        return Plan::Whole;
    }
    let Some(Wanted::Bytes(wanted)) = request.get_header::<Wanted>() else { return Plan::Beyond };
    let satisfiable = wanted.iter().filter_map(|spec| spec.to_satisfiable_range(len));
    let parts: Vec<Range<u64>> = satisfiable.map(|(first, last)| first..last + 1).collect();
    let bytes = parts.iter().fold(0u64, |sum, part| sum.saturating_add(part.end - part.start));
    match parts.len() {
        0 => Plan::Beyond,
        // The same bytes again and again are an attack or a mistake.
        more if more > 1 && (more > RANGES || bytes > len) => Plan::Whole,
        _ => Plan::Parts(parts),
    }
}

fn seconds(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).map_or(0, |age| age.as_secs())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use actix_web::test::TestRequest;

    use super::*;

    const DAY: &str = "Thu, 01 Jan 2015 00:00:00 GMT";
    const BEFORE: &str = "Wed, 31 Dec 2014 23:59:59 GMT";
    const AFTER: &str = "Thu, 01 Jan 2015 00:00:01 GMT";

    fn of(headers: &[(&str, &str)], len: u64) -> Plan {
        let mut request = TestRequest::default();
        for header in headers {
            request = request.insert_header(*header);
        }
        let modified = UNIX_EPOCH + Duration::from_secs(1_420_070_400);
        plan(&request.to_http_request(), &Known { tag: &EntityTag::new_strong("a-64".into()), modified, len })
    }

    fn parts(ends: &[(u64, u64)]) -> Plan {
        Plan::Parts(ends.iter().map(|(start, end)| *start..*end).collect())
    }

    #[test]
    fn conditions() {
        for (headers, expected) in [
            (&[][..], Plan::Whole),
            (&[("if-none-match", "\"a-64\"")], Plan::Fresh),
            (&[("if-none-match", "W/\"a-64\"")], Plan::Fresh),
            (&[("if-none-match", "\"b\", \"a-64\"")], Plan::Fresh),
            (&[("if-none-match", "*")], Plan::Fresh),
            (&[("if-none-match", "\"b\"")], Plan::Whole),
            (&[("if-none-match", "\"b\""), ("if-modified-since", AFTER)], Plan::Whole),
            (&[("if-modified-since", DAY)], Plan::Fresh),
            (&[("if-modified-since", AFTER)], Plan::Fresh),
            (&[("if-modified-since", BEFORE)], Plan::Whole),
            (&[("if-modified-since", "yesterday")], Plan::Whole),
            (&[("if-match", "\"a-64\"")], Plan::Whole),
            (&[("if-match", "*")], Plan::Whole),
            (&[("if-match", "\"b\"")], Plan::Refuse),
            (&[("if-match", "W/\"a-64\"")], Plan::Refuse),
            (&[("if-match", "\"a-64\""), ("if-unmodified-since", BEFORE)], Plan::Whole),
            (&[("if-unmodified-since", DAY)], Plan::Whole),
            (&[("if-unmodified-since", BEFORE)], Plan::Refuse),
            (&[("range", "bytes=0-9"), ("if-range", "\"a-64\"")], parts(&[(0, 10)])),
            (&[("range", "bytes=0-9"), ("if-range", "W/\"a-64\"")], Plan::Whole),
            (&[("range", "bytes=0-9"), ("if-range", "\"b\"")], Plan::Whole),
            (&[("range", "bytes=0-9"), ("if-range", DAY)], parts(&[(0, 10)])),
            (&[("range", "bytes=0-9"), ("if-range", AFTER)], Plan::Whole),
            (&[("range", "bytes=0-9"), ("if-none-match", "\"a-64\"")], Plan::Fresh),
        ] {
            assert_eq!(of(headers, 100), expected, "{headers:?}");
        }
    }

    #[test]
    fn ranges() {
        let many = format!("bytes={}", vec!["0-0"; 40].join(","));
        for (range, expected) in [
            ("bytes=0-0", parts(&[(0, 1)])),
            ("bytes=10-", parts(&[(10, 100)])),
            ("bytes=-5", parts(&[(95, 100)])),
            ("bytes=-500", parts(&[(0, 100)])),
            ("bytes=90-900", parts(&[(90, 100)])),
            ("bytes=0-1,5-6", parts(&[(0, 2), (5, 7)])),
            ("bytes=5-6,0-1,200-300", parts(&[(5, 7), (0, 2)])),
            ("bytes=100-", Plan::Beyond),
            ("bytes=-0", Plan::Beyond),
            ("bytes=9-3", Plan::Beyond),
            ("bytes=x", Plan::Beyond),
            ("lines=1-2", Plan::Whole),
            ("bytes", Plan::Whole),
            ("bytes=0-,0-", Plan::Whole),
            (&many, Plan::Whole),
        ] {
            assert_eq!(of(&[("range", range)], 100), expected, "{range}");
        }
        assert_eq!(of(&[("range", "bytes=0-9")], 0), Plan::Whole);
    }
}
