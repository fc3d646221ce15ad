//! The plain-text part of a mail, from its HTML: paragraphs become lines, links `[text](address)`.

/// HTML without its tags.
pub fn from_html(html: &str) -> String {
    let mut out = String::with_capacity(html.len());
    let mut rest = html;
    let mut link: Option<&str> = None;
    while let Some((before, tail)) = rest.split_once('<') {
        // A sign that begins no tag is text.
        let Some((tag, after)) = tail.split_once('>') else { break };
        push_text(&mut out, before);
        rest = after;
        let name: String = tag.trim_start_matches('/').chars().take_while(char::is_ascii_alphanumeric).collect();
        match (tag.starts_with('/'), name.to_ascii_lowercase().as_str()) {
            (false, skipped @ ("style" | "script" | "head" | "title")) => {
                let end = format!("</{skipped}");
                rest = rest.find(&end).and_then(|at| rest.get(at..)).unwrap_or_default();
            }
            (false, "a") => {
                link = attribute(tag, "href");
                if link.is_some() {
                    out.push('[');
                }
            }
            (true, "a") => {
                if let Some(address) = link.take() {
                    out.push_str("](");
                    out.push_str(&unescape(address));
                    out.push(')');
                }
            }
            (_, "br" | "p" | "div" | "tr" | "table" | "li" | "ul" | "ol" | "h1" | "h2" | "h3") => end_line(&mut out),
            _ => {}
        }
    }
    push_text(&mut out, rest);
    let lines: Vec<&str> = out.lines().map(str::trim).collect();
    lines.join("\n").trim().to_string()
}

/// White space counts once.
fn push_text(out: &mut String, text: &str) {
    for c in unescape(text).chars() {
        match c {
            c if !c.is_whitespace() => out.push(c),
            _ if out.is_empty() || out.ends_with(char::is_whitespace) => {}
            _ => out.push(' '),
        }
    }
}

fn end_line(out: &mut String) {
    while out.ends_with(' ') {
        out.pop();
    }
    if !out.is_empty() && !out.ends_with("\n\n") {
        out.push('\n');
    }
}

fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let (_, value) = tag.split_once(&format!("{name}=\""))?;
    value.split('"').next()
}

fn unescape(text: &str) -> String {
    let mut text = text.to_string();
    for (entity, plain) in [
        ("&nbsp;", " "),
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#34;", "\""),
        ("&#39;", "'"),
        ("&amp;", "&"),
    ] {
        text = text.replace(entity, plain);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_keeps_lines_and_links() {
        let html = "<head><title>x</title></head><style>p {}</style><p>Hello,</p>\n<p>a &amp; b<br/>c  d</p>\
                    <p><a class=\"btn\" href=\"http://x.y/?a=1&amp;b=2\">Go</a></p>";
        assert_eq!(from_html(html), "Hello,\n\na & b\nc d\n\n[Go](http://x.y/?a=1&b=2)");
        assert_eq!(from_html("1 < 2"), "1 < 2");
        assert_eq!(from_html("plain"), "plain");
    }
}
