//! Text to tokens, one at a time; whitespace and `//` comments in between are skipped.

use super::error::ExprError;

/// A token and where it stands, in bytes.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Token<'a> {
    pub kind: TokenKind<'a>,
    pub start: usize,
    pub end: usize,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum TokenKind<'a> {
    Identifier(&'a str),
    Number(f64),
    Text(String),
    Sign(Sign),
    And,
    Or,
    Open,
    Close,
    Comma,
    End,
}

/// A comparison sign: the operation, and whether `?` stood before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Sign {
    pub op: Op,
    pub quantity: Quantity,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Op {
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
    Like,
    NotLike,
}

/// How many of the values a path reaches have to satisfy the comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Quantity {
    /// At least one, and none may fail it.
    Every,
    /// At least one: written `?=`.
    Any,
}

/// Where reading goes on.
pub(crate) struct Tokens<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Tokens<'a> {
    pub fn new(text: &'a str) -> Self {
        Tokens { text, at: 0 }
    }

    /// The next token; `End` for ever after the last.
    pub fn next(&mut self) -> Result<Token<'a>, ExprError> {
        self.skip();
        let start = self.at;
        let kind = match self.peek() {
            None => TokenKind::End,
            Some(b'(') => self.one(TokenKind::Open),
            Some(b')') => self.one(TokenKind::Close),
            Some(b',') => self.one(TokenKind::Comma),
            Some(quote @ (b'\'' | b'"')) => self.text(quote)?,
            Some(b'-' | b'0'..=b'9') => self.number()?,
            Some(b'a'..=b'z' | b'A'..=b'Z' | b'_' | b'@' | b'#') => self.identifier()?,
            Some(b'&') => match self.run(|b| b == b'&') {
                "&&" => TokenKind::And,
                found => return Err(ExprError::syntax(start, "`&&`", &quoted(found))),
            },
            Some(b'|') => match self.run(|b| b == b'|') {
                "||" => TokenKind::Or,
                found => return Err(ExprError::syntax(start, "`||`", &quoted(found))),
            },
            Some(b'=' | b'!' | b'<' | b'>' | b'~' | b'?') => {
                let found = self.run(|b| matches!(b, b'=' | b'!' | b'<' | b'>' | b'~' | b'?'));
                let sign = Sign::read(found);
                TokenKind::Sign(sign.ok_or_else(|| ExprError::syntax(start, SIGNS, &quoted(found)))?)
            }
            Some(_) => {
                let found = self.rest().chars().next().map(|c| format!("`{c}`")).unwrap_or_default();
                return Err(ExprError::syntax(start, "an identifier, a number or a text", &found));
            }
        };
        Ok(Token { kind, start, end: self.at })
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn one(&mut self, kind: TokenKind<'a>) -> TokenKind<'a> {
        self.at += 1;
        kind
    }

    /// Takes the ASCII bytes that `belongs` accepts.
    fn run(&mut self, belongs: impl Fn(u8) -> bool) -> &'a str {
        let rest = self.rest();
        let len = rest.bytes().position(|b| !belongs(b)).unwrap_or(rest.len());
        self.at += len;
        rest.get(..len).unwrap_or_default()
    }

    fn skip(&mut self) {
        loop {
            self.run(|b| matches!(b, b' ' | b'\t' | b'\n' | b'\r'));
            if !self.rest().starts_with("//") {
                return;
            }
            self.run(|b| b != b'\n');
        }
    }

    fn identifier(&mut self) -> Result<TokenKind<'a>, ExprError> {
        let start = self.at;
        let first = self.rest().get(..1).unwrap_or_default();
        self.at += 1;
        let more = self.run(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b':'));
        let name = self.text.get(start..self.at).unwrap_or_default();
        let lonely = more.is_empty() && matches!(first, "@" | "_" | "#");
        if lonely || name.ends_with(['.', ':']) {
            return Err(ExprError::syntax(start, "a whole identifier", &quoted(name)));
        }
        Ok(TokenKind::Identifier(name))
    }

    fn number(&mut self) -> Result<TokenKind<'a>, ExprError> {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        let whole = self.run(|b| b.is_ascii_digit());
        let mut complete = !whole.is_empty();
        if complete && self.peek() == Some(b'.') {
            self.at += 1;
            complete = !self.run(|b| b.is_ascii_digit()).is_empty();
        }
        // `1e2`, `1abc` and `1.2.3` are one broken number, not a number and something else.
        let tail = self.run(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b':'));
        let text = self.text.get(start..self.at).unwrap_or_default();
        match text.parse::<f64>() {
            // Adding zero turns -0 into 0.
            Ok(n) if complete && tail.is_empty() => Ok(TokenKind::Number(n + 0.0)),
            Ok(_) | Err(_) => Err(ExprError::syntax(start, "a number like `-12.5`", &quoted(text))),
        }
    }

    fn text(&mut self, quote: u8) -> Result<TokenKind<'a>, ExprError> {
        let start = self.at;
        self.at += 1;
        let mut text = String::new();
        loop {
            let plain = self.rest().find(['\\', char::from(quote)]);
            let Some(len) = plain else {
                return Err(ExprError::syntax(start, "a closing quote", "the end of the text"));
            };
            text.push_str(self.rest().get(..len).unwrap_or_default());
            self.at += len + 1;
            if self.text.as_bytes().get(self.at - 1) == Some(&quote) {
                return Ok(TokenKind::Text(text));
            }
            self.escape(quote, &mut text);
        }
    }

    /// Reads what follows a backslash; what is no escape keeps its backslash.
    fn escape(&mut self, quote: u8, text: &mut String) {
        let Some(c) = self.rest().chars().next() else { return };
        // SDKs quote with the rules of JSON, always in double quotes; `\b` in single quotes has always been two characters.
        let json = quote == b'"';
        let (decoded, len) = match c {
            '\\' | '\'' | '"' => (Some(c), 1),
            'n' => (Some('\n'), 1),
            'r' => (Some('\r'), 1),
            't' => (Some('\t'), 1),
            'b' if json => (Some('\u{8}'), 1),
            'f' if json => (Some('\u{c}'), 1),
            'u' if json => unicode(self.rest()).map_or((None, 1), |(c, len)| (Some(c), len)),
            _ => (None, c.len_utf8()),
        };
        self.at += len;
        match decoded {
            Some(c) => text.push(c),
            None => {
                text.push('\\');
                text.push(c);
            }
        }
    }
}

/// The character of `uXXXX` or of a surrogate pair `uXXXX\uXXXX`, and the bytes it takes.
fn unicode(rest: &str) -> Option<(char, usize)> {
    let unit = |from: usize| {
        let digits = rest.get(from..from + 4).filter(|hex| hex.bytes().all(|b| b.is_ascii_hexdigit()))?;
        u16::from_str_radix(digits, 16).ok()
    };
    let high = unit(1)?;
    if let Some(c) = char::from_u32(u32::from(high)) {
        return Some((c, 5));
    }
    rest.get(5..7).filter(|lead| *lead == "\\u")?;
    let low = unit(7)?;
    let c = char::decode_utf16([high, low]).next()?.ok()?;
    Some((c, 11))
}

const SIGNS: &str = "one of = != > >= < <= ~ !~ or these with ? before";

impl Sign {
    fn read(text: &str) -> Option<Sign> {
        let (quantity, sign) = match text.strip_prefix('?') {
            Some(sign) => (Quantity::Any, sign),
            None => (Quantity::Every, text),
        };
        let op = match sign {
            "=" => Op::Eq,
            "!=" => Op::Ne,
            "<" => Op::Lt,
            "<=" => Op::Le,
            ">" => Op::Gt,
            ">=" => Op::Ge,
            "~" => Op::Like,
            "!~" => Op::NotLike,
            _ => return None,
        };
        Some(Sign { op, quantity })
    }
}

impl TokenKind<'_> {
    /// As an error names it.
    pub fn name(&self) -> String {
        match self {
            TokenKind::Identifier(name) => quoted(name),
            TokenKind::Number(n) => quoted(&n.to_string()),
            TokenKind::Text(_) => "a text".to_string(),
            TokenKind::Sign(_) => "a comparison sign".to_string(),
            TokenKind::And => quoted("&&"),
            TokenKind::Or => quoted("||"),
            TokenKind::Open => quoted("("),
            TokenKind::Close => quoted(")"),
            TokenKind::Comma => quoted(","),
            TokenKind::End => "the end of the expression".to_string(),
        }
    }
}

fn quoted(text: &str) -> String {
    format!("`{text}`")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> Result<Vec<TokenKind<'_>>, ExprError> {
        let mut tokens = Tokens::new(text);
        let mut all = Vec::new();
        loop {
            match tokens.next()?.kind {
                TokenKind::End => return Ok(all),
                kind => all.push(kind),
            }
        }
    }

    #[test]
    fn escapes_follow_json_in_double_quotes() {
        for (text, value) in [
            (r"'a\'b'", "a'b"),
            (r#"'a\"b'"#, "a\"b"),
            (r"'a\\b'", r"a\b"),
            (r"'k\s'", r"k\s"),
            (r"'\n\r\t'", "\n\r\t"),
            (r"'\b\f\u0041'", r"\b\f\u0041"),
            (r#""\b\f\u0041""#, "\u{8}\u{c}A"),
            (r#""\ud83d\ude00""#, "😀"),
            (r#""\ud83d""#, r"\ud83d"),
            (r#""\ud83dx\ude00""#, r"\ud83dx\ude00"),
            (r#""\u00zz\u+123""#, r"\u00zz\u+123"),
            (r"'\é'", r"\é"),
            ("''", ""),
            ("'// no comment'", "// no comment"),
        ] {
            assert_eq!(kinds(text), Ok(vec![TokenKind::Text(value.to_string())]), "{text}");
        }
        for text in ["'", "'a", r"'x\'", r"'\", "\"'"] {
            assert!(kinds(text).is_err(), "{text}");
        }
    }

    #[test]
    fn numbers_have_digits_on_both_sides_of_the_dot() {
        for (text, value) in [("1", 1.0), ("-1.5", -1.5), ("-01.50", -1.5), ("007", 7.0)] {
            assert_eq!(kinds(text), Ok(vec![TokenKind::Number(value)]), "{text}");
        }
        let zero = kinds("-0").unwrap();
        assert!(matches!(zero.as_slice(), [TokenKind::Number(n)] if n.is_sign_positive()));
        for text in ["1.", ".5", "1e2", "+1", "- 1", "--1", "1abc", "1.2.3", "-"] {
            assert!(kinds(text).is_err(), "{text}");
        }
    }

    #[test]
    fn identifiers_are_ascii_and_whole() {
        for text in ["a", "_x", "@now", "#a", "a.b.c:lower", "@collection.x:y.z", "a..b"] {
            assert_eq!(kinds(text), Ok(vec![TokenKind::Identifier(text)]), "{text}");
        }
        for text in ["@", "_", "#", "a.", "a:", "é", "a$", "a[0]", "`a`"] {
            assert!(kinds(text).is_err(), "{text}");
        }
    }

    #[test]
    fn signs_are_read_whole() {
        let sign = |op, quantity| Ok(vec![TokenKind::Sign(Sign { op, quantity })]);
        assert_eq!(kinds("!="), sign(Op::Ne, Quantity::Every));
        assert_eq!(kinds("?!~"), sign(Op::NotLike, Quantity::Any));
        assert_eq!(kinds("?>="), sign(Op::Ge, Quantity::Any));
        for text in ["==", "<>", "=>", "~!", "!=~", "=?", "?", "!", "&", "|", "&&&"] {
            assert!(kinds(text).is_err(), "{text}");
        }
    }

    #[test]
    fn blanks_and_comments_are_skipped() {
        assert_eq!(kinds(" \t\r\n// a comment\n && // another"), Ok(vec![TokenKind::And]));
        assert!(kinds("\u{a0}").is_err());
        assert!(kinds("\u{b}").is_err());
    }

    #[test]
    fn errors_tell_where() {
        assert_eq!(kinds("a = $").unwrap_err().at, 4);
        assert_eq!(kinds("aé").unwrap_err().at, 1);
    }
}
