//! Where tags end. Attributes are nothing to an excerpt, and the tokenizer compares each with all before it in its tag.

/// The tag `markup` begins with.
#[derive(Debug, PartialEq, Eq)]
pub struct Extent<'a> {
    /// `<name` or `</name`.
    pub opening: &'a str,
    /// `>` or `/>`; empty if the tag never ends.
    pub closing: &'static str,
    pub after: &'a str,
}

/// Where in a tag one is.
#[derive(Clone, Copy)]
enum Within {
    /// Before a name.
    Between,
    Slash,
    Name,
    /// In the blanks behind a name: `=` may follow.
    Named,
    Equals,
    Quotes(u8),
    Bare,
}

/// Where the tag ends that `markup` begins with; `None` if that is no tag. One look at each byte.
pub fn extent(markup: &str) -> Option<Extent<'_>> {
    let name = markup.strip_prefix("</").or_else(|| markup.strip_prefix('<'))?;
    if !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return None;
    }
    let length = name.find(|c| is_blank(c) || matches!(c, '/' | '>')).unwrap_or(name.len());
    let (opening, attributes) = markup.split_at_checked(markup.len() - name.len() + length)?;
    let mut within = Within::Between;
    for (at, byte) in attributes.bytes().enumerate() {
        let quoted = matches!(within, Within::Quotes(_));
        if byte == b'>' && !quoted {
            let closing = if matches!(within, Within::Slash) { "/>" } else { ">" };
            return Some(Extent { opening, closing, after: attributes.get(at + 1..)? });
        }
        within = within.then(byte);
    }
    Some(Extent { opening, closing: "", after: "" })
}

impl Within {
    /// Where one is behind `byte`, which does not end the tag.
    fn then(self, byte: u8) -> Within {
        let blank = is_blank(char::from(byte));
        match (self, byte) {
            (Within::Quotes(quote), _) if byte == quote => Within::Between,
            (Within::Quotes(_), _) => self,
            (Within::Equals, b'"' | b'\'') => Within::Quotes(byte),
            (Within::Equals, _) if blank => self,
            (Within::Bare, _) if blank => Within::Between,
            (Within::Equals | Within::Bare, _) => Within::Bare,
            (Within::Name | Within::Named, b'=') => Within::Equals,
            (Within::Between | Within::Slash | Within::Name | Within::Named, b'/') => Within::Slash,
            (Within::Name | Within::Named, _) if blank => Within::Named,
            (Within::Between | Within::Slash, _) if blank => Within::Between,
            (Within::Between | Within::Slash | Within::Name | Within::Named, _) => Within::Name,
        }
    }
}

/// Blanks as HTML has them.
pub fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r' | '\x0c')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_end_where_no_quote_is_open() {
        for (markup, opening, closing, after) in [
            ("<a>b", "<a", ">", "b"),
            ("</a >b", "</a", ">", "b"),
            ("<a-b.c\"'>d", "<a-b.c\"'", ">", "d"),
            ("<a href=\">\" b='>' c>d>", "<a", ">", "d>"),
            ("<a b = '>'>c", "<a", ">", "c"),
            ("<a b=c'>d'>", "<a", ">", "d'>"),
            ("<a b'>c'>", "<a", ">", "c'>"),
            ("<a ='>c'>", "<a", ">", "c'>"),
            ("<a b=>c", "<a", ">", "c"),
            ("<a b=''='>c'>", "<a", ">", "c'>"),
            ("<svg/>a", "<svg", "/>", "a"),
            ("<svg b='c'/>a", "<svg", "/>", "a"),
            ("<svg b=c/>a", "<svg", ">", "a"),
            ("<svg / >a", "<svg", ">", "a"),
            ("<svg /b>a", "<svg", ">", "a"),
            ("<a", "<a", "", ""),
            ("<a b='c>", "<a", "", ""),
            ("<é", "", "", ""),
            ("< a>", "", "", ""),
            ("</>", "", "", ""),
            ("<!a>", "", "", ""),
        ] {
            let want = (!opening.is_empty()).then_some(Extent { opening, closing, after });
            assert_eq!(extent(markup), want, "{markup}");
        }
    }
}
