//! Regular expressions of field options: RE2's dialect on the `regex` crate, compiled once per process.
//!
//! Both are linear-time and unanchored. What RE2 reads differently is rewritten: `\d \w \s \b` mean ASCII, `[` and `&&`
//! inside brackets are plain characters, a `{` that starts no repetition is one too, `\Q…\E` quotes.

use std::sync::{Arc, LazyLock};

use quick_cache::sync::Cache;
use regex::{Regex, RegexBuilder};
use regex_syntax::hir::Hir;

/// Schemas have a handful of patterns each; a pattern that fell out is compiled again.
const CACHED: usize = 512;

/// `None` stands for a pattern that does not compile.
static COMPILED: LazyLock<Cache<String, Option<Arc<Regex>>>> = LazyLock::new(|| Cache::new(CACHED));

/// Does the pattern match anywhere in `text`? A pattern that does not compile matches nothing.
pub fn is_match(pattern: &str, text: &str) -> bool {
    // The pattern of nearly every record id.
    if pattern == "^[a-z0-9]+$" {
        return !text.is_empty() && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    }
    let compiled = COMPILED.get(pattern).unwrap_or_else(|| {
        let compiled = compile(pattern).ok().map(Arc::new);
        COMPILED.insert(pattern.to_string(), compiled.clone());
        compiled
    });
    compiled.is_some_and(|regex| regex.is_match(text))
}

/// Why a pattern does not compile, in a few words.
pub fn check(pattern: &str) -> Result<(), String> {
    parse(pattern)?;
    compile(pattern).map(|_| ()).map_err(|error| match error {
        regex::Error::CompiledTooBig(_) => "the expression is too big".to_string(),
        other => other.to_string(),
    })
}

/// The syntax tree of a pattern.
pub(super) fn parse(pattern: &str) -> Result<Hir, String> {
    let parsed = regex_syntax::ParserBuilder::new().octal(true).build().parse(&translate(pattern));
    parsed.map_err(|error| match error {
        regex_syntax::Error::Parse(error) => error.kind().to_string(),
        regex_syntax::Error::Translate(error) => error.kind().to_string(),
        other => other.to_string(),
    })
}

fn compile(pattern: &str) -> Result<Regex, regex::Error> {
    RegexBuilder::new(&translate(pattern)).octal(true).build()
}

/// Rewrites RE2 syntax to that of the `regex` crate.
fn translate(pattern: &str) -> String {
    let mut out = String::with_capacity(pattern.len() + 16);
    let mut rest = pattern;
    let mut in_class = false;
    while let Some(c) = rest.chars().next() {
        let after = rest.get(c.len_utf8()..).unwrap_or_default();
        rest = match c {
            // Within brackets it would be a backspace.
            '\\' if !in_class && after.starts_with('b') => {
                out.push_str(r"(?-u:\b)");
                after.get(1..).unwrap_or_default()
            }
            '\\' => escape(after, &mut out),
            '[' if !in_class => {
                in_class = true;
                open_class(after, &mut out)
            }
            '[' => match posix_class(rest) {
                Some(class) => {
                    out.push_str(class);
                    rest.get(class.len()..).unwrap_or_default()
                }
                None => {
                    out.push_str(r"\[");
                    after
                }
            },
            ']' => {
                in_class = false;
                out.push(c);
                after
            }
            '&' | '~' if in_class => {
                out.extend(['\\', c]);
                after
            }
            '-' if in_class && after.starts_with('-') => {
                out.push_str(r"-\-");
                after.get(1..).unwrap_or_default()
            }
            '{' if !in_class && !is_repetition(after) => {
                out.push_str(r"\{");
                after
            }
            _ => {
                out.push(c);
                after
            }
        };
    }
    out
}

/// Writes the escape whose text follows the backslash; returns what is left after it.
fn escape<'a>(text: &'a str, out: &mut String) -> &'a str {
    let Some(c) = text.chars().next() else {
        out.push('\\');
        return text;
    };
    let after = text.get(c.len_utf8()..).unwrap_or_default();
    match c {
        'd' => out.push_str("[0-9]"),
        'D' => out.push_str("[^0-9]"),
        'w' => out.push_str("[0-9A-Za-z_]"),
        'W' => out.push_str("[^0-9A-Za-z_]"),
        's' => out.push_str(r"[\t\n\x0C\r ]"),
        'S' => out.push_str(r"[^\t\n\x0C\r ]"),
        '<' | '>' => out.push(c),
        'Q' => {
            let (quoted, after) = after.split_once(r"\E").unwrap_or((after, ""));
            out.push_str(&regex::escape(quoted));
            return after;
        }
        _ => out.extend(['\\', c]),
    }
    after
}

/// A `]` right after the opening bracket is a member.
fn open_class<'a>(after: &'a str, out: &mut String) -> &'a str {
    out.push('[');
    let after = match after.strip_prefix('^') {
        Some(after) => {
            out.push('^');
            after
        }
        None => after,
    };
    match after.strip_prefix(']') {
        Some(after) => {
            out.push_str(r"\]");
            after
        }
        None => after,
    }
}

/// `[:alpha:]` at the start of the text.
fn posix_class(text: &str) -> Option<&str> {
    let name = text.strip_prefix("[:")?;
    let end = name.find(":]")?;
    let is_name = name.get(..end)?.bytes().all(|b| b.is_ascii_lowercase() || b == b'^');
    is_name.then(|| text.get(..end + 4)).flatten()
}

/// `n}`, `n,}` or `n,m}` at the start of the text.
fn is_repetition(text: &str) -> bool {
    let Some((bounds, _)) = text.split_once('}') else { return false };
    let (min, max) = bounds.split_once(',').unwrap_or((bounds, ""));
    !min.is_empty() && [min, max].iter().all(|bound| bound.bytes().all(|b| b.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_mean_what_re2_reads() {
        for (pattern, good, bad) in [
            ("b", "abc", "acd"),
            ("^[a-z0-9]+$", "a1", "A1"),
            ("^[a-z0-9]+$", "a", "a\n"),
            (r"^\d+$", "12", "١٢"),
            (r"^\w+$", "a_1", "é"),
            (r"^[\w-]+$", "a-1", "é"),
            (r"^\D$", "é", "1"),
            (r"^[^\s]+$", "ab", "a b"),
            (r"\bb", "a b", "éab"),
            ("^[[]$", "[", "a"),
            ("^[]a]$", "]", "b"),
            ("^[^]]$", "a", "]"),
            ("^[a&&b]+$", "&b", "c"),
            ("^[[:alpha:]_]+$", "a_", "1"),
            ("^a{$", "a{", "a"),
            ("^{x}$", "{x}", "x"),
            ("^a{2,3}$", "aaa", "a"),
            (r"^\Qa.b\E$", "a.b", "axb"),
            (r"^\<\>$", "<>", ""),
            (r"^\/$", "/", ""),
            ("(?i)^é$", "É", "e"),
            ("^.$", "日", "ab"),
            ("^\\x{41}\\101$", "AA", "A"),
        ] {
            assert_eq!(check(pattern), Ok(()), "{pattern}");
            assert!(is_match(pattern, good), "{pattern} must match {good:?}");
            assert!(!is_match(pattern, bad), "{pattern} must not match {bad:?}");
        }
    }

    #[test]
    fn broken_patterns_match_nothing() {
        for pattern in ["[", "(", "(?=a)", r"\", "x{1000}{1000}{1000}"] {
            assert!(check(pattern).is_err(), "{pattern}");
            assert!(!is_match(pattern, "a"));
        }
        assert_eq!(check("["), Err("unclosed character class".to_string()));
    }
}
