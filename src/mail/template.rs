//! Placeholders of mail templates: `{NAME}` is replaced once, in one pass, so that no value can bring placeholders in.

/// Text that goes where a `{NAME}` stands.
pub enum Filling {
    /// As it is.
    Markup(String),
    /// Somebody's input: escaped in HTML.
    Plain(String),
}

/// `template` as HTML; names that `lookup` does not know stay as they are.
pub fn html(template: &str, lookup: &dyn Fn(&str) -> Option<Filling>) -> String {
    fill(template, &|name| {
        Some(match lookup(name)? {
            Filling::Markup(text) => text,
            Filling::Plain(text) => escape(&text),
        })
    })
}

/// `template` as one line of plain text.
pub fn line(template: &str, lookup: &dyn Fn(&str) -> Option<Filling>) -> String {
    let filled = fill(template, &|name| {
        Some(match lookup(name)? {
            Filling::Markup(text) | Filling::Plain(text) => text,
        })
    });
    filled.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// Safe between tags and in attributes.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&#34;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

fn fill(template: &str, lookup: &dyn Fn(&str) -> Option<String>) -> String {
    let mut out = String::with_capacity(template.len());
    let mut rest = template;
    while let Some((before, tail)) = rest.split_once('{') {
        out.push_str(before);
        let value = tail.split_once('}').and_then(|(name, after)| Some((lookup(name)?, after)));
        match value {
            Some((value, after)) => {
                out.push_str(&value);
                rest = after;
            }
            None => {
                out.push('{');
                rest = tail;
            }
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lookup(name: &str) -> Option<Filling> {
        match name {
            "APP" => Some(Filling::Markup("A&B".into())),
            "EVIL" => Some(Filling::Plain("<b>{APP}\n".into())),
            _ => None,
        }
    }

    #[test]
    fn placeholders_are_filled_once_and_unknown_ones_stay() {
        assert_eq!(html("{APP} {EVIL} {X} {{APP}} {", &lookup), "A&B &lt;b&gt;{APP}\n {X} {A&B} {");
        assert_eq!(line("{EVIL}!", &lookup), "<b>{APP} !");
        assert_eq!(html("a{b}{APP", &lookup), "a{b}{APP");
    }
}
