//! `~`: patterns made from constants, and SQLite's `LIKE … ESCAPE '\'` in memory.

/// Beyond this SQLite refuses a pattern.
const MAX_PATTERN: usize = 50_000;

/// The pattern of a constant: used as it is when it has an unescaped `%`, else "contains", taken literally.
pub(crate) fn pattern(text: &str) -> String {
    let mut escaped = false;
    let mut wild = false;
    for c in text.chars() {
        wild |= c == '%' && !escaped;
        escaped = c == '\\' && !escaped;
    }
    if wild {
        return text.to_string();
    }
    let mut pattern = String::with_capacity(text.len() + 8);
    pattern.push('%');
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        // `\%`, `\_` and `\\` are escapes already.
        let escapes = c == '\\' && matches!(chars.peek(), Some('%' | '_' | '\\'));
        if !escapes && matches!(c, '\\' | '%' | '_') {
            pattern.push('\\');
        }
        pattern.push(c);
        if escapes {
            pattern.extend(chars.next());
        }
    }
    pattern.push('%');
    pattern
}

/// The pattern of a column's value: contains, with `%`, `_` and `\` keeping their meaning.
pub(crate) fn contains(text: &str) -> String {
    format!("%{text}%")
}

enum Part {
    Any,
    One,
    Char(char),
}

/// Whether `text` is like `pattern`; `None` where SQLite is known to go its own way.
pub(crate) fn matches(text: &str, pattern: &str) -> Option<bool> {
    if pattern.len() > MAX_PATTERN || text.contains('\0') || pattern.contains('\0') {
        return None;
    }
    let Some(parts) = parts(pattern) else { return Some(false) };
    let text: Vec<char> = text.chars().collect();
    let (mut t, mut p) = (0, 0);
    // Where to go on after the last `%`, should what follows it not match here.
    let mut retry: Option<(usize, usize)> = None;
    loop {
        let step = match (parts.get(p), text.get(t)) {
            (None, None) => return Some(true),
            (Some(Part::Any), _) => {
                retry = Some((t, p + 1));
                p += 1;
                continue;
            }
            (Some(Part::One), Some(_)) => true,
            (Some(Part::Char(want)), Some(c)) => want == c || want.eq_ignore_ascii_case(c),
            (None, Some(_)) | (Some(_), None) => false,
        };
        if step {
            t += 1;
            p += 1;
            continue;
        }
        match retry {
            Some((from, after)) if from < text.len() => {
                retry = Some((from + 1, after));
                (t, p) = (from + 1, after);
            }
            Some(_) | None => return Some(false),
        }
    }
}

/// `None` for a pattern that ends in its escape: it matches nothing.
fn parts(pattern: &str) -> Option<Vec<Part>> {
    let mut parts = Vec::with_capacity(pattern.len());
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        parts.push(match c {
            '%' => Part::Any,
            '_' => Part::One,
            '\\' => Part::Char(chars.next()?),
            c => Part::Char(c),
        });
    }
    Some(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constants_become_patterns() {
        for (text, made) in [
            ("", "%%"),
            ("hello", "%hello%"),
            ("hello%", "hello%"),
            ("a_b", r"%a\_b%"),
            ("a_b%", "a_b%"),
            (r"k\s", r"%k\\s%"),
            (r"100\%", r"%100\%%"),
            (r"e\_t", r"%e\_t%"),
            (r"c\\k", r"%c\\k%"),
            (r"100\\%", r"100\\%"),
            (r"100\%%", r"100\%%"),
            (r"\", r"%\\%"),
        ] {
            assert_eq!(pattern(text), made, "{text}");
        }
    }

    #[test]
    fn like_is_case_insensitive_in_ascii_only() {
        for (text, pattern, like) in [
            ("Hello World", "%hello%", true),
            ("Hello World", "hello%", true),
            ("Hello World", "%world", true),
            ("Hello World", "world", false),
            ("axb", "a_b", true),
            ("aéb", "a_b", true),
            ("ab", "a_b", false),
            ("É", "é", false),
            ("a%b", r"a\%b", true),
            ("axb", r"a\%b", false),
            ("abc", r"abc\", false),
            ("", "%", true),
            ("", "", true),
            ("a", "", false),
            ("aaab", "%a%ab", true),
            ("mississippi", "%iss%ip%i", true),
            ("mississippi", "%iss%iss%iss%", false),
        ] {
            assert_eq!(matches(text, pattern), Some(like), "{text} {pattern}");
        }
        assert_eq!(matches("a\0b", "%b"), None);
    }
}
