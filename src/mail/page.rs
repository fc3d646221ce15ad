//! The frame around every mail's body: styles are inline or in the head, as mail programs want them.

const STYLE: &str = "body { margin: 0; padding: 24px; background: #f4f5f7; color: #1f2430; \
    font: 15px/1.5 system-ui, -apple-system, 'Segoe UI', sans-serif } \
    .page { max-width: 560px; margin: 0 auto; padding: 24px 32px; background: #fff; border-radius: 8px } \
    a { color: #1055c9 } \
    .btn { display: inline-block; padding: 10px 24px; border-radius: 6px; background: #1055c9; color: #fff !important; \
    text-decoration: none; font-weight: 600 }";

/// A whole HTML document around `body`.
pub fn around(body: &str) -> String {
    format!(
        "<!doctype html>\n<html>\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" \
         content=\"width=device-width, initial-scale=1\">\n<style>{STYLE}</style>\n</head>\n<body>\n<div \
         class=\"page\">\n{body}\n</div>\n</body>\n</html>\n"
    )
}
