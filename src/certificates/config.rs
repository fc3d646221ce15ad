//! The `[tls]` section of the configuration.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// Where HTTPS is served and with which certificate; every key is explained in config.toml.example.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// `host:port`; used when there is a certificate.
    pub listen: String,
    /// PEM: the certificate and those between it and a root.
    pub cert: PathBuf,
    /// PEM: its private key.
    pub key: PathBuf,
    /// Names to get a certificate for.
    pub domains: Vec<String>,
    /// Where the authority writes to.
    pub email: String,
    /// URL of the authority's directory.
    pub directory: String,
    /// PEM: roots that the directory's own certificate may come from, besides the usual ones.
    pub directory_ca: PathBuf,
    /// 0 = no such header.
    pub hsts_s: u64,
    pub handshake_timeout_s: u64,
}

impl Config {
    /// Whether there is HTTPS at all.
    pub fn is_on(&self) -> bool {
        !self.cert.as_os_str().is_empty() || !self.domains.is_empty()
    }

    /// What is wrong, if anything: the key, and what it must be.
    pub fn mistake(&self) -> Option<(&'static str, &'static str)> {
        let given = |path: &PathBuf| !path.as_os_str().is_empty();
        let port = self.listen.rsplit_once(':').map(|(_, port)| port.parse::<u16>().is_ok());
        if port != Some(true) {
            return Some(("tls.listen", "an address and a port, such as 0.0.0.0:443"));
        }
        if given(&self.cert) != given(&self.key) {
            return Some(("tls.key", "the file with the private key of tls.cert, or both empty"));
        }
        if given(&self.cert) && !self.domains.is_empty() {
            return Some(("tls.domains", "empty where tls.cert is given"));
        }
        let name = |domain: &String| {
            let letters = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '.';
            !domain.is_empty() && domain.len() <= 253 && domain.chars().all(letters) && !domain.starts_with('.')
        };
        if !self.domains.iter().all(name) || self.domains.len() > 100 {
            return Some(("tls.domains", "at most 100 host names in lower case, without scheme, port and wildcards"));
        }
        if !self.directory.starts_with("https://") {
            return Some(("tls.directory", "an address that begins with https://"));
        }
        None
    }
}
