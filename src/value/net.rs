//! Syntax of network names: e-mail addresses, URLs, domains and hosts, as lenient as clients of the protocol expect.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// URL schemes that take an authority (`scheme://host`).
const SCHEMES: [&str; 7] = ["http", "https", "ftp", "ws", "wss", "tcp", "udp"];

/// An address as text. IPv6 is written in full, so that equal addresses are equal texts.
pub fn full_ip(ip: IpAddr) -> String {
    match ip.to_canonical() {
        IpAddr::V4(ip) => ip.to_string(),
        IpAddr::V6(ip) => ip.segments().map(|group| format!("{group:04x}")).join(":"),
    }
}

/// One dot-atom local part, `@`, a dotted domain whose last label starts and ends with a letter. Letters of any script
/// are fine; quoted local parts, IP literals and surrounding spaces are not.
pub fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else { return false };
    let local_ok = local.split('.').all(|atom| !atom.is_empty() && atom.chars().all(is_atom));
    let domain = domain.strip_suffix('.').unwrap_or(domain);
    let Some((_, last)) = domain.rsplit_once('.') else { return false };
    local_ok && domain.split('.').all(is_email_label) && edges(last).is_some_and(|(a, z)| is_letter(a) && is_letter(z))
}

/// The part after the last `@`.
pub fn email_domain(text: &str) -> &str {
    text.rsplit_once('@').map_or("", |(_, domain)| domain)
}

/// At least two labels of ASCII letters, digits and inner hyphens, the last one of letters only.
pub fn is_domain(text: &str) -> bool {
    let Some((_, last)) = text.rsplit_once('.') else { return false };
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    text.len() <= 255 && last.bytes().all(|b| b.is_ascii_alphabetic()) && text.split('.').all(label)
}

/// An IP address without brackets or a DNS name (`localhost` and underscores included); no port.
pub fn is_host(text: &str) -> bool {
    let name = text.strip_suffix('.').unwrap_or(text);
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
            && !label.starts_with('-')
    };
    text.parse::<IpAddr>().is_ok() || (text.len() <= 255 && name.split('.').all(label))
}

/// An absolute URL of a known lower-case scheme, a `mailto:` address, or a host without scheme that has a dot or a port.
/// Whatever a browser would run rather than fetch (`javascript:…`, in any disguise) is refused.
pub fn is_url(text: &str) -> bool {
    if text.len() <= 3 || text.chars().count() >= 2083 || text.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return false;
    }
    let (has_scheme, rest) = match text.split_once("://") {
        Some((scheme, rest)) if SCHEMES.contains(&scheme) => (true, rest),
        Some(_) | None => match text.strip_prefix("mailto:") {
            Some(rest) if rest.contains('@') => (true, rest),
            Some(_) => return false,
            None => (false, text),
        },
    };
    let (authority, tail) = split_authority(rest);
    let (user, host) = authority.rsplit_once('@').unwrap_or(("", authority));
    // `javascript:…@x` would otherwise pass for a user and a password.
    if !has_scheme && user.contains(':') {
        return false;
    }
    let path = tail.split(['?', '#']).next().unwrap_or_default();
    let Some((name, port)) = split_port(host) else { return false };
    let dotted = has_scheme || port || name.starts_with('[') || rest_has_dot(host, path);
    dotted && is_url_host(name) && escapes_are_whole(path)
}

/// The `host[:port]` of an absolute URL, without user; `""` when there is no scheme with an authority.
pub fn url_authority(text: &str) -> &str {
    let Some((_, rest)) = text.split_once("://").filter(|(scheme, _)| SCHEMES.contains(scheme)) else { return "" };
    let (authority, _) = split_authority(rest);
    authority.rsplit_once('@').map_or(authority, |(_, host)| host)
}

fn rest_has_dot(host: &str, path: &str) -> bool {
    host.contains('.') || path.contains('.')
}

fn split_authority(rest: &str) -> (&str, &str) {
    rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()))
}

/// Parts `host:port`; `None` for a bad port, `true` for a port that is there.
fn split_port(host: &str) -> Option<(&str, bool)> {
    let after_brackets = host.rfind(']').unwrap_or(0);
    match host.rfind(':').filter(|at| *at > after_brackets) {
        None => Some((host, false)),
        Some(at) => {
            let (name, port) = host.split_at(at);
            let digits = port.get(1..).unwrap_or_default();
            ((1..=5).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit())).then_some((name, true))
        }
    }
}

fn is_url_host(host: &str) -> bool {
    if let Some(inner) = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')) {
        let address = inner.split_once("%25").map_or(inner, |(address, _zone)| address);
        return address.parse::<Ipv6Addr>().is_ok();
    }
    if host.parse::<Ipv4Addr>().is_ok() {
        return true;
    }
    let host = host.strip_suffix('.').unwrap_or(host);
    let label = |label: &str| {
        edges(label).is_some_and(|(a, z)| is_word(a) && is_word(z))
            && label.chars().all(|c| is_word(c) || c == '-' || c == '_')
    };
    let last_ok = host.rsplit_once('.').is_none_or(|(_, last)| last.chars().any(is_letter));
    last_ok && host.split('.').all(label)
}

/// Every `%` of the path starts a two-digit escape.
fn escapes_are_whole(path: &str) -> bool {
    let hex = |b: Option<&u8>| b.is_some_and(u8::is_ascii_hexdigit);
    let bytes = path.as_bytes();
    bytes.iter().enumerate().all(|(i, b)| *b != b'%' || (hex(bytes.get(i + 1)) && hex(bytes.get(i + 2))))
}

fn is_email_label(label: &str) -> bool {
    edges(label).is_some_and(|(a, z)| is_word(a) && is_word(z))
        && label.chars().all(|c| is_word(c) || matches!(c, '-' | '_' | '~'))
}

fn edges(label: &str) -> Option<(char, char)> {
    Some((label.chars().next()?, label.chars().next_back()?))
}

fn is_atom(c: char) -> bool {
    c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c) || is_foreign(c)
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || is_foreign(c)
}

fn is_letter(c: char) -> bool {
    c.is_ascii_alphabetic() || is_foreign(c)
}

/// The characters outside ASCII that internationalised names are made of: no surrogates, private use or emoji.
fn is_foreign(c: char) -> bool {
    matches!(c, '\u{a0}'..='\u{d7ff}' | '\u{f900}'..='\u{fdcf}' | '\u{fdf0}'..='\u{ffef}') && !c.is_whitespace()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Both lists are parted by blanks.
    fn sorted(check: fn(&str) -> bool, good: &str, bad: &str) {
        for text in good.split_whitespace() {
            assert!(check(text), "{text:?} must pass");
        }
        for text in bad.split_whitespace() {
            assert!(!check(text), "{text:?} must fail");
            assert!(!check(&format!(" {text}")) && !check(&format!("{text}\n")));
        }
        assert!(!check(""));
    }

    #[test]
    fn emails() {
        sorted(
            is_email,
            "a@b.co a+b@c.de a_b-c@d-e.fg é@b.co a@é.co a@b.é a@b.c a@b_c.co A@B.CO a!#$%&'*+-/=?^_`{|}~b@c.de a@b.co. \
             a@xn--abc.com a@b.xn--p1ai 日本@日本.日本 a@1.co",
            "a a@ @b.co a@b a@localhost a@[1.2.3.4] a@1.2.3.4 \"ab\"@c.de a..b@c.de .a@b.co a.@b.co a@b.1 a@b.c1 a@-b.co \
             a@b-.co a@b..co a@.b.co a@b@c.de a(b)@c.de <a@b.co> a\\b@c.de a\0@b.co 😀@b.co",
        );
        assert_eq!(["a@b.co", "a@b@c.de", "a"].map(email_domain), ["b.co", "c.de", ""]);
    }

    #[test]
    fn urls() {
        sorted(
            is_url,
            "http://example.com https://example.com/ ftp://a.b ws://a.b wss://a.b mailto:a@b.co mailto:a@localhost \
             mailto:a@b.co?subject=x example.com example.com:80 localhost:80/x foo.bar/baz a.bc http://a http://a--b.c \
             http://localhost:8090/api http://a_b.cd.ef 1.2.3.4:80 http://[::1]:80/x [::1] http://[fe80::1%25eth0] \
             http://a.b/%20 http://a.b?x=y&z#q http://u:p@a.b u@a.b http://é.fr 日本.日本 http://a.b/é http://a.b/💩 \
             http://a.b. http://a.b/a@b http://a.b:99999 http://a.xn--p1ai",
            "a a.b abcd localhost localhost/x foo/bar /foo.bar ./a.b //x.y //x mailto:b javascript:alert(1) javascript:a.b \
             javascript:alert@x.co javascript://x.co/%0a data:text/html,a.b HTTP://a.b file:///a.b ssh://a.b http:// \
             http:///a http:/a.b http://a..b http://-a.b http://a-.b http://_a.b http://256.1.1.1 http://1.2.3 ::1 \
             http://::1 http://[1.2.3.4] http://[zz] http://a.b/%zz http://a.b:999999 http://a.b:x http://a.b: \
             http://a.1 http://a.b,c http://a\\b.c http://%61.b http://http://a.b a?b.c #a.b user@localhost mailto:@",
        );
        assert!(!is_url("http://a.b/c d") && !is_url(&format!("http://a.b/{}", "x".repeat(2100))));
        let authorities =
            ["http://u:p@ok.com:80/x?y", "https://OK.com", "ok.com/x", "mailto:a@ok.com"].map(url_authority);
        assert_eq!(authorities, ["ok.com:80", "OK.com", "", ""]);
    }

    #[test]
    fn domains_and_hosts() {
        sorted(
            is_domain,
            "a.b a.bc a-b.cd xn--a.bc a.b.c.de A.BC",
            "a 1.2.3.44 -a.bc a-.bc a.b- ab.c1 aé.bc a..bc .a.bc a.bc. a_b.cd *.a.bc a.bc:80",
        );
        sorted(is_host, "localhost a_b.c 1.2.3.4 ::1 a.b.", "[::1] a:80 -a a..b http://a.b");
    }
}
