//! Random text from a regular expression: the value of a text field left empty that has an autogenerate pattern.
//!
//! Every choice is uniform: a member of a class, a branch of an alternation, a count within `{n,m}`. `.` stands for
//! `[A-Za-z0-9]`, open-ended repetitions stop at 6 (or at their minimum, if that is more). Anchors mean nothing here
//! and are refused.

use std::sync::{Arc, LazyLock};

use quick_cache::sync::Cache;
use regex_syntax::hir::{Class, ClassUnicode, Hir, HirKind};

use super::pattern;
use crate::id::Ids;

/// Where `*`, `+` and `{n,}` end.
const OPEN_END: u32 = 6;
/// Bytes; nested repetitions could ask for any amount.
const MAX_LEN: usize = 64 * 1024;
const CACHED: usize = 128;

static PARSED: LazyLock<Cache<String, Arc<Hir>>> = LazyLock::new(|| Cache::new(CACHED));

/// Why a pattern generates nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PatternError {
    /// No regular expression, and why.
    Syntax(String),
    /// A construct without a text of its own.
    Unsupported(&'static str),
}

/// A fresh text that `pattern` describes.
pub fn text(pattern: &str, ids: &Ids) -> Result<String, PatternError> {
    match pattern {
        "[a-z0-9]{15}" => return Ok(ids.lower(15)),
        "[a-zA-Z0-9]{50}" => return Ok(ids.secret(50)),
        _ => {}
    }
    let tree = match PARSED.get(pattern) {
        Some(tree) => tree,
        None => {
            let tree = Arc::new(pattern::parse(pattern).map_err(PatternError::Syntax)?);
            PARSED.insert(pattern.to_string(), tree.clone());
            tree
        }
    };
    let mut out = Vec::new();
    write(&tree, ids, &mut out)?;
    String::from_utf8(out).map_err(|_| PatternError::Unsupported("bytes that are no text"))
}

fn write(tree: &Hir, ids: &Ids, out: &mut Vec<u8>) -> Result<(), PatternError> {
    if out.len() > MAX_LEN {
        return Err(PatternError::Unsupported("a text this long"));
    }
    match tree.kind() {
        HirKind::Empty => {}
        HirKind::Literal(literal) => out.extend_from_slice(&literal.0),
        HirKind::Class(Class::Unicode(class)) => {
            let c = pick(class, ids).ok_or(PatternError::Unsupported("an empty class"))?;
            out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
        }
        HirKind::Class(Class::Bytes(_)) => return Err(PatternError::Unsupported("a class of bytes")),
        HirKind::Look(_) => return Err(PatternError::Unsupported("an anchor")),
        HirKind::Repetition(repeat) => {
            let max = repeat.max.unwrap_or(repeat.min.max(OPEN_END)).max(repeat.min);
            let extra = ids.below((max - repeat.min) as usize + 1);
            for _ in 0..repeat.min as usize + extra {
                write(&repeat.sub, ids, out)?;
            }
        }
        HirKind::Capture(group) => write(&group.sub, ids, out)?,
        HirKind::Concat(parts) => {
            for part in parts {
                write(part, ids, out)?;
            }
        }
        HirKind::Alternation(branches) => {
            if let Some(branch) = branches.get(ids.below(branches.len())) {
                write(branch, ids, out)?;
            }
        }
    }
    Ok(())
}

/// A uniform member. Of classes that reach to the end of Unicode (`.`, `[^x]`) only plain letters and digits are
/// taken: nobody means the other million characters.
fn pick(class: &ClassUnicode, ids: &Ids) -> Option<char> {
    let is_open = class.ranges().last().is_some_and(|range| range.end() == char::MAX);
    if is_open {
        let has = |c: &char| class.ranges().iter().any(|range| (range.start()..=range.end()).contains(c));
        let plain: Vec<char> = ('A'..='Z').chain('a'..='z').chain('0'..='9').filter(has).collect();
        if !plain.is_empty() {
            return plain.get(ids.below(plain.len())).copied();
        }
    }
    let size = class.ranges().iter().map(|range| (range.start()..=range.end()).count()).sum::<usize>();
    let mut index = if size == 0 { return None } else { ids.below(size) };
    for range in class.ranges() {
        let size = (range.start()..=range.end()).count();
        if index < size {
            return (range.start()..=range.end()).nth(index);
        }
        index -= size;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn generated_texts_match_their_pattern() {
        let ids = Ids::seeded(1);
        for source in [
            "[a-z0-9]{15}",
            "[a-zA-Z0-9]{50}",
            "abc",
            "[abc]{3}x",
            r"\d{4}-\d{2}",
            "(?:cat|dog)s?",
            "(ab){2,4}",
            "a+b*",
            "[^a]{5}",
            "x{3,}",
            "日[本語]",
            "",
            "a|",
            r"\w\.\w",
        ] {
            for _ in 0..50 {
                let made = text(source, &ids).unwrap_or_else(|error| panic!("{source}: {error:?}"));
                assert!(pattern::is_match(&format!("^(?:{source})$"), &made), "{source} made {made:?}");
            }
        }
        assert!(
            text(".{9}", &ids).is_ok_and(|made| made.len() == 9 && made.bytes().all(|b| b.is_ascii_alphanumeric()))
        );
    }

    #[test]
    fn counts_reach_both_ends() {
        let ids = Ids::seeded(2);
        for (source, least, most) in [("a?", 0, 1), ("a*", 0, 6), ("a+", 1, 6), ("a{2,4}", 2, 4), ("a{8,}", 8, 8)] {
            let lengths: Vec<usize> = (0..300).filter_map(|_| text(source, &ids).ok()).map(|made| made.len()).collect();
            assert_eq!(lengths.iter().min(), Some(&least), "{source}");
            assert_eq!(lengths.iter().max(), Some(&most), "{source}");
        }
    }

    #[test]
    fn what_has_no_text_is_refused() {
        let ids = Ids::seeded(3);
        for source in ["[", "^a", "a$", r"\bx", "(((a{1000}){1000}){1000}){9}"] {
            assert!(text(source, &ids).is_err(), "{source}");
        }
    }
}
