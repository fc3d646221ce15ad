//! `~`: patterns made from constants, and `LIKE … ESCAPE '\'`, which means the same in memory and in the database.

mod search;

pub(crate) use search::Pattern;

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

/// Whether `text` is like `pattern`; `None` where the database refuses the pattern.
pub(crate) fn matches(text: &str, pattern: &str) -> Option<bool> {
    Some(Pattern::new(pattern.as_bytes(), b"\\")?.matches(text.as_bytes()))
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
        // As in SQLite nothing reaches beyond a NUL.
        assert_eq!(matches("a\0b", "%b"), Some(false));
        assert_eq!(matches("a", &"%".repeat(50_001)), None);
    }
}
