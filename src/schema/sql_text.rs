//! Words of an SQL text as people write it in `indexes` and `viewQuery`: enough to find names, never to judge meaning.

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A keyword or an unquoted name.
    Word,
    /// A name in backticks, double quotes or brackets.
    Quoted,
    /// Text in single quotes (some databases let it stand for a name).
    Text,
    Number,
    /// Any other single character.
    Symbol,
}

/// A token with its place in the text; comments and white space are none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Token<'a> {
    pub kind: Kind,
    pub text: &'a str,
    /// Byte offset in the text it came from.
    pub start: usize,
}

impl Token<'_> {
    /// Byte offset behind the last character.
    pub(crate) fn end(&self) -> usize {
        self.start + self.text.len()
    }

    /// This very keyword, in any case.
    pub(crate) fn is(&self, keyword: &str) -> bool {
        self.kind == Kind::Word && self.text.eq_ignore_ascii_case(keyword)
    }

    pub(crate) fn is_symbol(&self, symbol: char) -> bool {
        self.kind == Kind::Symbol && self.text.starts_with(symbol)
    }

    /// The name it spells, without quotes; `None` for numbers and symbols.
    pub(crate) fn name(&self) -> Option<String> {
        match self.kind {
            Kind::Word => Some(self.text.to_string()),
            Kind::Quoted | Kind::Text => {
                let quote = self.text.chars().next().unwrap_or('"');
                let inner = self.text.get(1..self.text.len().saturating_sub(1)).unwrap_or_default();
                Some(if quote == '[' {
                    inner.to_string()
                } else {
                    inner.replace(&format!("{quote}{quote}"), &quote.to_string())
                })
            }
            Kind::Number | Kind::Symbol => None,
        }
    }
}

/// The tokens of `text`; `None` when a quote or comment is not closed.
pub(crate) fn tokens(text: &str) -> Option<Vec<Token<'_>>> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let first = rest.chars().next()?;
        if first.is_whitespace() {
            at += first.len_utf8();
        } else if rest.starts_with("--") {
            at += rest.find('\n').unwrap_or(rest.len());
        } else if rest.starts_with("/*") {
            at += rest.find("*/")? + 2;
        } else {
            let (kind, len) = token(rest, first)?;
            found.push(Token { kind, text: rest.get(..len)?, start: at });
            at += len;
        }
    }
    Some(found)
}

/// The kind and length in bytes of the token `rest` starts with.
fn token(rest: &str, first: char) -> Option<(Kind, usize)> {
    match first {
        '`' | '"' => Some((Kind::Quoted, quoted(rest, first)?)),
        '[' => Some((Kind::Quoted, rest.find(']')? + 1)),
        '\'' => Some((Kind::Text, quoted(rest, first)?)),
        c if c.is_ascii_digit() => Some((Kind::Number, span(rest, |c| c.is_ascii_alphanumeric() || c == '.'))),
        c if is_word(c) => Some((Kind::Word, span(rest, is_word))),
        c => Some((Kind::Symbol, c.len_utf8())),
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '$'
}

fn span(rest: &str, belongs: impl Fn(char) -> bool) -> usize {
    rest.find(|c| !belongs(c)).unwrap_or(rest.len())
}

/// The length of a quoted text in which a doubled quote stands for one.
fn quoted(rest: &str, quote: char) -> Option<usize> {
    let mut at = quote.len_utf8();
    loop {
        at += rest.get(at..)?.find(quote)? + 1;
        if !rest.get(at..)?.starts_with(quote) {
            return Some(at);
        }
        at += 1;
    }
}

/// A name in backticks.
pub(crate) fn quote(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}

/// `text` with every column name replaced for which `new_name` has another; functions and collations stay.
pub(crate) fn rename_columns(text: &str, new_name: &dyn Fn(&str) -> Option<String>) -> String {
    let Some(tokens) = tokens(text) else { return text.to_string() };
    let mut out = String::with_capacity(text.len());
    let mut copied = 0;
    for (i, token) in tokens.iter().enumerate() {
        let is_name = matches!(token.kind, Kind::Word | Kind::Quoted);
        let is_call = tokens.get(i + 1).is_some_and(|next| next.is_symbol('('));
        let is_collation = i > 0 && tokens.get(i - 1).is_some_and(|previous| previous.is("collate"));
        let replacement =
            token.name().filter(|_| is_name && !is_call && !is_collation).and_then(|name| new_name(&name));
        if let Some(name) = replacement {
            out.push_str(text.get(copied..token.start).unwrap_or_default());
            out.push_str(&quote(&name));
            copied = token.end();
        }
    }
    out.push_str(text.get(copied..).unwrap_or_default());
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        tokens(text).expect("closed").iter().map(|token| token.text.to_string()).collect()
    }

    #[test]
    fn comments_and_space_part_tokens() {
        assert_eq!(
            words("select a.b, 'it''s' -- x\n/* y */ from [my t]"),
            ["select", "a", ".", "b", ",", "'it''s'", "from", "[my t]"]
        );
        assert_eq!(words("1.5e3+`a``b`"), ["1.5e3", "+", "`a``b`"]);
        assert!(tokens("'open").is_none() && tokens("/* open").is_none());
    }

    #[test]
    fn names_lose_their_quotes() {
        let name = |text| tokens(text).expect("closed").first().and_then(Token::name);
        assert_eq!(name("`a``b`").as_deref(), Some("a`b"));
        assert_eq!(name("[a b]").as_deref(), Some("a b"));
        assert_eq!(name("'x'").as_deref(), Some("x"));
        assert_eq!(name("5"), None);
    }

    #[test]
    fn renaming_leaves_functions_collations_and_texts() {
        let rename = |name: &str| name.eq_ignore_ascii_case("lower").then(|| "low".to_string());
        assert_eq!(
            rename_columns("lower(lower) collate lower = 'lower'", &rename),
            "lower(`low`) collate lower = 'lower'"
        );
    }
}
