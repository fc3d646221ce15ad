//! The client's address: the TCP peer, or what a trusted proxy's header says.

use std::net::IpAddr;

use actix_web::http::header::HeaderMap;

use crate::settings::TrustedProxy;
use crate::value::net::full_ip;

/// The address every limit, allow-list and log goes by; `""` when the peer is unknown.
pub fn real_ip(peer: Option<IpAddr>, headers: &HeaderMap, proxy: &TrustedProxy) -> String {
    let trusted = proxy.headers.iter().find_map(|name| from_header(headers, name, proxy.use_leftmost_ip));
    trusted.or(peer).map(full_ip).unwrap_or_default()
}

/// A header that looks like a proxy's: the first present of the trusted ones and the usual suspects.
pub fn possible_proxy_header<'a>(headers: &HeaderMap, proxy: &'a TrustedProxy) -> &'a str {
    const USUAL: [&str; 3] = ["CF-Connecting-IP", "Fly-Client-IP", "X-Forwarded-For"];
    let known = proxy.headers.iter().map(String::as_str).chain(USUAL);
    known.into_iter().find(|name| headers.contains_key(*name)).unwrap_or_default()
}

/// Whether `ip` equals or lies in one of `entries` (addresses or subnets).
pub fn is_listed(ip: &str, entries: &[String]) -> bool {
    let Ok(ip) = ip.parse::<IpAddr>() else { return false };
    entries.iter().any(|entry| crate::settings::subnet::contains(entry, ip))
}

fn from_header(headers: &HeaderMap, name: &str, leftmost: bool) -> Option<IpAddr> {
    // A proxy appends its own line: what a client sent before it is not to be believed.
    let value = headers.get_all(name).last()?.to_str().ok()?;
    let mut ips = value.split(',').filter_map(|part| part.trim().parse::<IpAddr>().ok());
    if leftmost { ips.next() } else { ips.next_back() }
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::{HeaderName, HeaderValue};

    use super::*;

    fn ask(headers: &[(&'static str, &'static str)], trusted: &[&str]) -> String {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        let proxy = TrustedProxy { headers: trusted.iter().map(ToString::to_string).collect(), use_leftmost_ip: false };
        real_ip("10.0.0.1".parse().ok(), &map, &proxy)
    }

    #[test]
    fn only_trusted_headers_are_believed() {
        let header = [("x-forwarded-for", "1.2.3.4")];
        assert_eq!(ask(&header, &[]), "10.0.0.1");
        assert_eq!(ask(&header, &["X-Forwarded-For"]), "1.2.3.4");
        assert_eq!(ask(&header, &["CF-Connecting-IP", "X-Forwarded-For"]), "1.2.3.4");
    }

    #[test]
    fn the_last_line_and_its_rightmost_address_win() {
        let headers = [("x-forwarded-for", "6.6.6.6"), ("x-forwarded-for", "1.1.1.1, 2.2.2.2, 3.3.3.3:80, junk")];
        assert_eq!(ask(&headers, &["X-Forwarded-For"]), "2.2.2.2");
    }

    #[test]
    fn ipv6_is_written_in_full() {
        let header = [("x-real-ip", "2001:db8::1")];
        assert_eq!(ask(&header, &["X-Real-IP"]), "2001:0db8:0000:0000:0000:0000:0000:0001");
    }
}
