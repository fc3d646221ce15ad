//! HTML as a short plain text: markup read by a real tokenizer, blanks collapsed, cut at a number of characters.

mod tags;

use std::cell::RefCell;

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts};

use tags::Extent;

/// Elements whose content no reader would see as text.
const DROPPED: [&str; 21] = [
    "head", "style", "script", "iframe", "embed", "applet", "object", "svg", "img", "picture", "dialog", "template",
    "button", "form", "textarea", "input", "select", "option", "title", "noscript", "noembed",
];
/// Elements that do not part words; all others count as blocks.
const INLINE: [&str; 20] = [
    "a", "abbr", "acronym", "b", "bdo", "big", "br", "cite", "code", "em", "i", "label", "q", "small", "span",
    "strike", "strong", "sub", "sup", "time",
];
/// Elements without content, whatever follows them.
const VOID: [&str; 3] = ["embed", "img", "input"];
/// HTML is fed in pieces of this size, so that a long document is not read beyond the cut.
const PIECE: usize = 4096;

/// What [`of`] made of a document.
#[derive(Debug, PartialEq, Eq)]
pub struct Excerpt {
    pub text: String,
    /// Nothing was cut off.
    pub complete: bool,
}

/// The first `max` characters of the text in `html`, in time proportional to its length whatever it holds.
pub fn of(html: &str, max: usize) -> Excerpt {
    let tokenizer = Tokenizer::new(Reader::new(max), TokenizerOpts::default());
    let input = BufferQueue::default();
    let feed = |piece: &str| {
        input.push_back(StrTendril::from_slice(piece));
        // Only a sink that runs scripts is ever asked to.
        let _ = tokenizer.feed(&input);
    };
    let mut rest = html;
    while !rest.is_empty() && !tokenizer.sink.0.borrow().is_full() {
        let tag = tokenizer.sink.0.borrow_mut().tag_ahead(rest);
        rest = match tag {
            Some(tag) => {
                feed(tag.opening);
                feed(tag.closing);
                tag.after
            }
            None => {
                let (piece, after) = tokenizer.sink.0.borrow_mut().split(rest);
                feed(piece);
                after
            }
        };
    }
    tokenizer.end();
    tokenizer.sink.0.into_inner().finish()
}

struct Reader(RefCell<State>);

struct State {
    text: String,
    /// Characters in `text`, and how many are wanted.
    count: usize,
    max: usize,
    /// Blanks stood before what comes next.
    gap: bool,
    /// The dropped element one is in, and how many of its name are open.
    dropped: Option<(String, usize)>,
    place: Place,
}

/// Where the tokenizer is.
#[derive(PartialEq, Eq)]
enum Place {
    Text,
    /// Somewhere between `<!` and the end of a comment or its like.
    Declaration,
    /// In the element of that name, where nothing but its end tag is markup.
    Raw(String),
    /// Behind `<plaintext>`: nothing is markup any more.
    Plain,
}

impl Reader {
    fn new(max: usize) -> Self {
        Reader(RefCell::new(State {
            text: String::new(),
            count: 0,
            max,
            gap: false,
            dropped: None,
            place: Place::Text,
        }))
    }
}

impl TokenSink for Reader {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let mut state = self.0.borrow_mut();
        match token {
            Token::TagToken(tag) => return state.tag(&tag),
            Token::CommentToken(_) | Token::DoctypeToken(_) => state.place = Place::Text,
            Token::CharacterTokens(text) if state.dropped.is_none() => state.push(&text),
            Token::CharacterTokens(_) | Token::NullCharacterToken | Token::EOFToken | Token::ParseError(_) => {}
        }
        TokenSinkResult::Continue
    }
}

impl State {
    /// The tag that `rest` begins with, if the tokenizer takes it for one here.
    fn tag_ahead<'a>(&self, rest: &'a str) -> Option<Extent<'a>> {
        match &self.place {
            Place::Text => tags::extent(rest),
            // Only the name is looked at before it is sure: what is none may come often.
            Place::Raw(name) => {
                let given = rest.strip_prefix("</")?.split_at_checked(name.len())?;
                let ends = given.1.starts_with(|c| tags::is_blank(c) || matches!(c, '/' | '>'));
                if ends && given.0.eq_ignore_ascii_case(name) { tags::extent(rest) } else { None }
            }
            Place::Declaration | Place::Plain => None,
        }
    }

    /// What goes to the tokenizer at once: up to the next thing that may matter.
    fn split<'a>(&mut self, rest: &'a str) -> (&'a str, &'a str) {
        let declares = || match rest.strip_prefix("</") {
            Some(after) => !after.is_empty() && !after.starts_with('>'),
            None => rest.starts_with("<!") || rest.starts_with("<?"),
        };
        if self.place == Place::Text && declares() {
            self.place = Place::Declaration;
        }
        let window = rest.get(..rest.floor_char_boundary(PIECE)).unwrap_or(rest);
        let end = match self.place {
            Place::Declaration => window.find('>').map(|at| at + 1),
            // Behind the `<` that may stand here and is nothing else.
            Place::Text | Place::Raw(_) => window.char_indices().skip(1).find(|(_, c)| *c == '<').map(|(at, _)| at),
            Place::Plain => None,
        };
        rest.split_at_checked(end.unwrap_or(window.len())).unwrap_or((rest, ""))
    }

    fn tag(&mut self, tag: &Tag) -> TokenSinkResult<()> {
        let name = &*tag.name;
        // Only SVG knows `<x/>`.
        let opens = tag.kind == TagKind::StartTag && !VOID.contains(&name) && !(name == "svg" && tag.self_closing);
        match &mut self.dropped {
            Some((outer, depth)) if outer == name => match tag.kind {
                TagKind::StartTag if opens => *depth += 1,
                TagKind::StartTag => {}
                TagKind::EndTag if *depth > 1 => *depth -= 1,
                TagKind::EndTag => self.dropped = None,
            },
            Some(_) => {}
            None if DROPPED.contains(&name) => {
                if opens {
                    self.dropped = Some((name.to_string(), 1));
                }
            }
            None if INLINE.contains(&name) => {}
            None => self.gap = true,
        }
        let content = if tag.kind == TagKind::StartTag { raw_content(name) } else { TokenSinkResult::Continue };
        self.place = match content {
            TokenSinkResult::RawData(_) => Place::Raw(name.to_string()),
            TokenSinkResult::Plaintext => Place::Plain,
            TokenSinkResult::Continue | TokenSinkResult::Script(()) => Place::Text,
        };
        content
    }

    fn push(&mut self, text: &str) {
        for c in text.chars() {
            if tags::is_blank(c) {
                self.gap = true;
                continue;
            }
            if self.is_full() {
                return;
            }
            if std::mem::take(&mut self.gap) && self.count > 0 {
                self.text.push(' ');
                self.count += 1;
            }
            self.text.push(c);
            self.count += 1;
        }
    }

    /// One character more than wanted is enough to know that something is cut off.
    fn is_full(&self) -> bool {
        self.count > self.max
    }

    fn finish(mut self) -> Excerpt {
        let complete = !self.is_full();
        if let Some((end, _)) = self.text.char_indices().nth(self.max) {
            self.text.truncate(end);
        }
        self.text.truncate(self.text.trim_end().len());
        Excerpt { text: self.text, complete }
    }
}

/// Elements whose content is text up to their end tag tell the tokenizer so.
fn raw_content(name: &str) -> TokenSinkResult<()> {
    match name {
        "script" => TokenSinkResult::RawData(RawKind::ScriptData),
        "style" | "xmp" | "iframe" | "noembed" | "noframes" | "noscript" => TokenSinkResult::RawData(RawKind::Rawtext),
        "title" | "textarea" => TokenSinkResult::RawData(RawKind::Rcdata),
        "plaintext" => TokenSinkResult::Plaintext,
        _ => TokenSinkResult::Continue,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn html_becomes_text() {
        for (html, want) in [
            ("a b", "a b"),
            (" a  b \n c ", "a b c"),
            ("<p>a</p>b", "a b"),
            ("<p>a<p>b", "a b"),
            ("a</p>b", "a b"),
            ("a<p></p>b", "a b"),
            ("<div><p>a</p></div>b", "a b"),
            ("<b>a</b>b", "ab"),
            ("a<B>b</B>c", "abc"),
            ("a <b>b</b> c", "a b c"),
            ("<b>a </b> <i> b</i>", "a b"),
            ("a<br>b", "ab"),
            ("a<hr>b", "a b"),
            ("a<u>b</u>c", "a b c"),
            ("a<unknown>b</unknown>c", "a b c"),
            ("<ul><li>one</li><li>two</li></ul>", "one two"),
            ("<table><tr><td>a</td><td>b</td></tr></table>", "a b"),
            ("a&lt;b&gt;&amp;&quot;&#39;&copy;&unknown;", "a<b>&\"'©&unknown;"),
            ("a&nbsp;b", "a\u{a0}b"),
            ("1 < 2 and 3 > 2", "1 < 2 and 3 > 2"),
            ("a<", "a<"),
            ("<!-- c --><!DOCTYPE html><?php x ?>a", "a"),
            ("<head><title>t</title></head><body>b</body>", "b"),
            ("a<script>x < '</b>'</script>b", "ab"),
            ("a<script>x", "a"),
            ("a<style>x</style> b", "a b"),
            ("a<form>b<p>c</form>d", "ad"),
            ("a<object>x<object>y</object>z</object>b", "ab"),
            ("a<img src=x>b<input>c<embed>d", "abcd"),
            ("a<svg><text>x</text></svg>b<svg/>c", "abc"),
            ("a<textarea><b>x</textarea>b", "ab"),
            ("a<select><option>x</option></select>b", "ab"),
            ("a<video>x</video>b", "a x b"),
            ("a<p title='>' b=\"</p>\">b</p x='>'>c", "a b c"),
            ("a<!-- <p x='--> b <!doctype x '>'> c", "a b '> c"),
            ("a</>b</ x>c<!>d<?x>e", "abcde"),
            ("a<svg b='/>c'/>d", "ad"),
            ("<xmp><b x='</xm></XMP y='>c'>d", "<b x='</xm> d"),
            ("a<script><!--<script></script></script>b", "ab"),
            ("a<script><!--x</script >b", "ab"),
            ("<plaintext>a</plaintext b='c'>", "a</plaintext b='c'>"),
            ("a&amp<b>&lt</b>&#65", "a&<A"),
        ] {
            assert_eq!(of(html, 100), Excerpt { text: want.into(), complete: true }, "{html}");
        }
    }

    #[test]
    fn text_is_cut_by_characters() {
        for (html, max, want, complete) in [
            ("<p>Hello</p>", 5, "Hello", true),
            ("<p>Hello</p> ", 4, "Hell", false),
            ("ab cd", 3, "ab", false),
            ("é日本x", 3, "é日本", false),
            ("", 3, "", true),
        ] {
            assert_eq!(of(html, max), Excerpt { text: want.into(), complete }, "{html}");
        }
        let long = "<p>é</p>".repeat(10_000);
        assert_eq!(of(&long, 7).text, "é é é é");
    }

    #[test]
    fn markup_of_any_kind_is_read_once() {
        let names: String = (0..200_000).map(|n| format!(" a{n}")).collect();
        let piled = |piece: &str| piece.repeat(1_000_000 / piece.len());
        let hard = [
            format!("<a{names}>x"),
            format!("<b>x</b{names}>"),
            format!("<style></style{names}>x"),
            format!("{}>x", piled("<a ")),
            format!("<style>{}</style>x", piled("</style")),
            format!("<script><!--{}--></script>x", piled("</script ")),
            format!("<!--{}-->x", piled(">")),
            format!("<svg>{}</svg>x", piled("<a b>&ampere ")),
            piled(" "),
            piled("&aaaaaaa"),
        ];
        let begun = std::time::Instant::now();
        for html in &hard {
            of(html, 5);
        }
        // A hundred times what it takes without optimisation on a busy machine; comparing all names takes minutes.
        assert!(begun.elapsed().as_secs() < 20);
    }
}
