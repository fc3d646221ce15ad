//! Which web pages may read answers: the origin list, and the headers it leads to.

use actix_web::http::header::{self, HeaderMap, HeaderValue};

const METHODS: HeaderValue = HeaderValue::from_static("GET,HEAD,PUT,PATCH,POST,DELETE");
const VARY_ORIGIN: HeaderValue = HeaderValue::from_static("Origin");
const VARY_METHOD: HeaderValue = HeaderValue::from_static("Access-Control-Request-Method");
const VARY_HEADERS: HeaderValue = HeaderValue::from_static("Access-Control-Request-Headers");
const ANY: HeaderValue = HeaderValue::from_static("*");

/// The allowed origins.
#[derive(Clone, Debug)]
pub struct Cors {
    any: bool,
    patterns: Vec<String>,
}

impl Cors {
    /// Exact origins, or patterns in which `?` stands for one character and `*` for any run of those a host may have.
    pub fn new(origins: &[String]) -> Self {
        let patterns = origins.iter().map(|o| o.trim_end_matches('/').to_ascii_lowercase()).collect();
        Cors { any: origins.iter().any(|o| o == "*"), patterns }
    }

    /// The value of `Access-Control-Allow-Origin`; `None` without an origin or for one not on the list.
    pub fn allow(&self, request: &HeaderMap) -> Option<HeaderValue> {
        let origin = request.get(header::ORIGIN)?;
        if self.any {
            return Some(ANY);
        }
        let text = origin.to_str().ok()?.to_ascii_lowercase();
        self.patterns.iter().any(|p| matches(p.as_bytes(), text.as_bytes())).then(|| origin.clone())
    }
}

/// Headers of an ordinary answer.
pub fn apply(answer: &mut HeaderMap, allowed: Option<HeaderValue>) {
    answer.append(header::VARY, VARY_ORIGIN);
    if let Some(allowed) = allowed {
        answer.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, allowed);
    }
}

/// Headers of the answer to a preflight that asked for `requested` headers.
pub fn apply_preflight(answer: &mut HeaderMap, allowed: Option<HeaderValue>, requested: Option<HeaderValue>) {
    answer.insert(header::VARY, VARY_ORIGIN);
    let Some(allowed) = allowed else { return };
    answer.append(header::VARY, VARY_METHOD);
    answer.append(header::VARY, VARY_HEADERS);
    answer.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, allowed);
    answer.insert(header::ACCESS_CONTROL_ALLOW_METHODS, METHODS);
    if let Some(requested) = requested {
        answer.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, requested);
    }
}

/// Wildcard match with one point to return to: linear in practice, never exponential.
fn matches(pattern: &[u8], text: &[u8]) -> bool {
    let host = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'.';
    let (mut p, mut t, mut star) = (0, 0, None);
    while let Some(&b) = text.get(t) {
        match pattern.get(p) {
            Some(b'*') => {
                star = Some((p, t));
                p += 1;
            }
            Some(&c) if c == b || (c == b'?' && host(b)) => {
                p += 1;
                t += 1;
            }
            Some(_) | None => match star {
                // Let the last `*` swallow one more character.
                Some((at, from)) if text.get(from).is_some_and(|b| host(*b)) => {
                    star = Some((at, from + 1));
                    p = at + 1;
                    t = from + 1;
                }
                Some(_) | None => return false,
            },
        }
    }
    pattern.get(p..).is_none_or(|rest| rest.iter().all(|b| *b == b'*'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_match_exactly_or_by_pattern() {
        let cases = [
            ("https://a.example", "https://a.example", true),
            ("https://a.example", "https://a.example.evil", false),
            ("https://*.example", "https://x.example", true),
            ("https://*.example", "https://x.y.example", true),
            ("https://*.example", "https://example", false),
            ("https://*.example", "https://evil/.example", false),
            ("http://localhost:*", "http://localhost:5173", true),
            ("http://localhost:*", "http://localhost:5173/x", false),
            ("https://v?.example", "https://v2.example", true),
            ("https://v?.example", "https://v22.example", false),
        ];
        for (pattern, origin, expected) in cases {
            assert_eq!(matches(pattern.as_bytes(), origin.as_bytes()), expected, "{pattern} {origin}");
        }
    }
}
