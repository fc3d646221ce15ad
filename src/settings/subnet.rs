//! IP addresses and CIDR subnets as text.

use std::net::IpAddr;

/// Whether `entry` is an address or a subnet.
pub fn is_valid(entry: &str) -> bool {
    parse(entry).is_some()
}

/// Whether `ip` equals or lies in `entry`.
pub fn contains(entry: &str, ip: IpAddr) -> bool {
    let Some((network, prefix)) = parse(entry) else { return false };
    let (network, ip) = (network.to_canonical(), ip.to_canonical());
    let (a, b, width) = match (network, ip) {
        (IpAddr::V4(a), IpAddr::V4(b)) => (u128::from(a.to_bits()), u128::from(b.to_bits()), 32),
        (IpAddr::V6(a), IpAddr::V6(b)) => (a.to_bits(), b.to_bits(), 128),
        (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => return false,
    };
    // A shift by the whole width would overflow: /0 holds everything.
    let host_bits = width - prefix.min(width);
    a.checked_shr(host_bits).unwrap_or(0) == b.checked_shr(host_bits).unwrap_or(0)
}

/// The address and the length of its prefix.
fn parse(entry: &str) -> Option<(IpAddr, u32)> {
    let (address, prefix) = match entry.split_once('/') {
        Some((address, prefix)) => (address, Some(prefix)),
        None => (entry, None),
    };
    let ip: IpAddr = address.parse().ok()?;
    let width = if ip.is_ipv4() { 32 } else { 128 };
    let prefix = prefix.map_or(Some(width), |text| text.parse().ok().filter(|n| *n <= width))?;
    Some((ip, prefix))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_equal_themselves_and_subnets_hold_theirs() {
        for (entry, ip, expected) in [
            ("10.0.0.1", "10.0.0.1", true),
            ("10.0.0.1", "10.0.0.2", false),
            ("10.0.0.0/8", "10.200.3.4", true),
            ("10.0.0.0/8", "11.0.0.0", false),
            ("0.0.0.0/0", "8.8.8.8", true),
            ("::/0", "2001:db8::1", true),
            ("2001:db8::/32", "2001:0db8:0000:0000:0000:0000:0000:0001", true),
            ("2001:db8::/32", "2001:db9::1", false),
            ("10.0.0.0/8", "::1", false),
            ("10.0.0.0/33", "10.0.0.0", false),
        ] {
            assert_eq!(contains(entry, ip.parse().unwrap()), expected, "{entry} {ip}");
        }
    }

    #[test]
    fn nonsense_is_no_entry() {
        for entry in ["", "10.0.0", "10.0.0.1/", "10.0.0.1/x", "example.com", "10.0.0.1/33"] {
            assert!(!is_valid(entry), "{entry}");
        }
    }
}
