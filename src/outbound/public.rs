//! Which addresses strangers may have this server call: only those the whole world can reach, looked up once and then
//! connected to, so that a name cannot change its mind in between.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use reqwest::Url;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::redirect::{Action, Attempt};

/// The address is one of ours.
#[derive(Debug, thiserror::Error)]
#[error("the address is not public")]
pub struct Private;

/// How far a client may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// What the whole world can reach.
    Public,
    /// Also this machine and its network, but not what is reachable for this machine alone: at such addresses clouds keep
    /// the keys of their machines.
    Private,
}

impl Reach {
    pub(super) fn has(self, ip: IpAddr) -> bool {
        let ip = ip.to_canonical();
        let own = match ip {
            IpAddr::V4(ip) => ip.is_link_local() || ip.is_unspecified() || ip.is_multicast() || ip.is_broadcast(),
            IpAddr::V6(ip) => ip.is_unicast_link_local() || ip.is_unspecified() || ip.is_multicast() || ip == METADATA,
        };
        is_public(ip) || (self == Reach::Private && !own)
    }
}

/// Where one cloud keeps such keys besides.
const METADATA: Ipv6Addr = Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254);

/// Looks names up and leaves out what is too near.
pub(super) struct Names(pub Reach);

impl Resolve for Names {
    fn resolve(&self, name: Name) -> Resolving {
        let reach = self.0;
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let public: Vec<SocketAddr> = found.filter(|address| reach.has(address.ip())).collect();
            if public.is_empty() {
                return Err(Private.into());
            }
            Ok(Box::new(public.into_iter()) as Addrs)
        })
    }
}

/// An address written as numbers is not looked up, so it is judged here; names are judged when they are.
pub(super) fn may_name(url: &Url, reach: Reach) -> bool {
    let host = url.host_str().unwrap_or_default().trim_start_matches('[').trim_end_matches(']');
    matches!(url.scheme(), "http" | "https") && host.parse().map_or(true, |ip| reach.has(ip))
}

pub(super) fn stay(attempt: Attempt<'_>) -> Action {
    if !may_name(attempt.url(), Reach::Public) {
        attempt.error(Private)
    } else if attempt.previous().len() > super::REDIRECTS {
        attempt.error("it redirects too often")
    } else {
        attempt.follow()
    }
}

/// Whether the whole world can reach the address.
pub fn is_public(ip: IpAddr) -> bool {
    match ip.to_canonical() {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => is_public_v6(ip),
    }
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    let shared = a == 100 && (64..128).contains(&b);
    let protocols = a == 192 && b == 0 && c == 0;
    let benchmarks = a == 198 && (b == 18 || b == 19);
    let special = ip.is_loopback() || ip.is_private() || ip.is_link_local() || ip.is_documentation();
    !(special || shared || protocols || benchmarks || a == 0 || a >= 224)
}

fn is_public_v6(ip: Ipv6Addr) -> bool {
    let [first, second, third, _, _, _, high, low] = ip.segments();
    let embedded = |high: u16, low: u16| Ipv4Addr::from((u32::from(high) << 16) | u32::from(low));
    match (first, second) {
        // An IPv4 address in IPv6 clothes: translated, by relay.
        (0x64, 0xff9b) => is_public_v4(embedded(high, low)),
        (0x2002, _) => is_public_v4(embedded(second, third)),
        // Teredo, documentation.
        (0x2001, 0 | 0xdb8) => false,
        // Global unicast; everything else is local, multicast or not handed out.
        _ => (first & 0xe000) == 0x2000,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_of_the_whole_world_are_public() {
        for ip in [
            "1.1.1.1",
            "93.184.216.34",
            "172.32.0.1",
            "100.128.0.1",
            "2606:4700::1111",
            "::ffff:8.8.8.8",
            "64:ff9b::808:808",
        ] {
            assert!(is_public(ip.parse().unwrap()), "{ip}");
        }
        for ip in [
            "127.0.0.1",
            "127.9.9.9",
            "0.0.0.0",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "192.0.0.1",
            "198.18.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "fe80::1",
            "fc00::1",
            "fd12::1",
            "ff02::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "64:ff9b::7f00:1",
            "2002:7f00:1::",
            "2001:db8::1",
            "2001::1",
            "::7f00:1",
        ] {
            assert!(!is_public(ip.parse().unwrap()), "{ip}");
        }
    }

    #[test]
    fn the_keys_of_a_cloud_are_out_of_reach_even_where_the_own_network_is_not() {
        for ip in ["127.0.0.1", "10.1.2.3", "192.168.1.1", "fd12::1", "::1", "1.1.1.1"] {
            assert!(Reach::Private.has(ip.parse().unwrap()), "{ip}");
        }
        for ip in
            ["169.254.169.254", "::ffff:169.254.169.254", "fe80::1", "fd00:ec2::254", "0.0.0.0", "::", "224.0.0.1"]
        {
            assert!(!Reach::Private.has(ip.parse().unwrap()), "{ip}");
        }
    }

    #[test]
    fn an_address_may_be_written_in_odd_ways() {
        for url in [
            "http://127.0.0.1/",
            "http://2130706433/",
            "http://0x7f.1/",
            "http://0177.0.0.1/",
            "http://[::1]/",
            "http://[::ffff:7f00:1]:80/",
            "http://user@127.0.0.1/",
            "file:///etc/passwd",
            "ftp://example.com/",
        ] {
            assert!(!Url::parse(url).is_ok_and(|url| may_name(&url, Reach::Public)), "{url}");
        }
        assert!(may_name(&Url::parse("https://example.com/a.png").unwrap(), Reach::Public));
    }
}
