//! Settings at rest under a key that is kept elsewhere: AES-256-GCM, in the form that PocketBase stores them.

use std::path::Path;

use aes_gcm::aead::{Aead, KeyInit};
use aes_gcm::{Aes256Gcm, Nonce};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::id::Ids;

/// Bytes of the key, and of the nonce before the cipher text.
const KEY_LEN: usize = 32;
const NONCE_LEN: usize = 12;

/// The `[settings]` section: where the key comes from, both `""` for none.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Name of an environment variable.
    pub encryption_env: String,
    /// A file.
    pub encryption_file: String,
}

impl Config {
    /// The key, if there is to be one.
    pub fn key(&self) -> Result<Option<EncryptionKey>> {
        match (self.encryption_env.as_str(), self.encryption_file.as_str()) {
            ("", "") => Ok(None),
            (variable, "") => EncryptionKey::from_env(variable).map(Some),
            ("", file) => EncryptionKey::from_file(Path::new(file)).map(Some),
            _ => Err(Error::bad_request("settings.encryption_env and settings.encryption_file exclude each other")),
        }
    }
}

/// The key of the settings, and the name of where it comes from.
#[derive(Clone)]
pub struct EncryptionKey {
    source: String,
    key: [u8; KEY_LEN],
}

impl std::fmt::Debug for EncryptionKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EncryptionKey").field("source", &self.source).finish_non_exhaustive()
    }
}

impl EncryptionKey {
    /// From the environment variable `variable`: 32 bytes as they are.
    pub fn from_env(variable: &str) -> Result<EncryptionKey> {
        match std::env::var(variable) {
            Ok(text) => EncryptionKey::new(variable, &text),
            Err(_) => Err(Error::bad_request(format!("the environment variable {variable} is not set"))),
        }
    }

    /// From a file: 32 bytes, and perhaps a line end.
    pub fn from_file(path: &Path) -> Result<EncryptionKey> {
        let shown = path.display().to_string();
        let unreadable = |error| Error::bad_request(format!("the key file {shown} cannot be read: {error}"));
        let text = std::fs::read_to_string(path).map_err(unreadable)?;
        EncryptionKey::new(&shown, text.trim_end_matches(['\r', '\n']))
    }

    /// `source` is for messages.
    pub fn new(source: &str, text: &str) -> Result<EncryptionKey> {
        match text.as_bytes().try_into() {
            Ok(key) => Ok(EncryptionKey { source: source.to_string(), key }),
            Err(_) => Err(Error::bad_request(format!("{source} must hold a key of 32 bytes, not {}", text.len()))),
        }
    }

    /// Where it comes from.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// `None` when this is not the key.
    pub fn open(&self, stored: &str) -> Option<String> {
        let bytes = STANDARD.decode(stored.trim()).ok()?;
        let (nonce, sealed) = bytes.split_at_checked(NONCE_LEN)?;
        let cipher = Aes256Gcm::new_from_slice(&self.key).ok()?;
        let plain = cipher.decrypt(&Nonce::try_from(nonce).ok()?, sealed).ok()?;
        String::from_utf8(plain).ok()
    }

    /// What [`EncryptionKey::open`] opens.
    pub fn seal(&self, plain: &str, ids: &Ids) -> Result<String> {
        let nonce: [u8; NONCE_LEN] = ids.bytes();
        let cipher = Aes256Gcm::new_from_slice(&self.key).map_err(|e| Error::internal(e.to_string()))?;
        let sealed = cipher.encrypt(&Nonce::from(nonce), plain.as_bytes());
        let sealed = sealed.map_err(|e| Error::internal(e.to_string()))?;
        Ok(STANDARD.encode([&nonce[..], &sealed[..]].concat()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sealed_settings_open_with_their_key_only() {
        let key = EncryptionKey::new("K", "0123456789abcdef0123456789abcdef").expect("32 bytes");
        let ids = Ids::seeded(1);
        let stored = key.seal("{\"a\":1}", &ids).expect("seals");
        assert_ne!(stored, key.seal("{\"a\":1}", &ids).expect("seals"), "each has a nonce of its own");
        assert_eq!(key.open(&stored).as_deref(), Some("{\"a\":1}"));
        let other = EncryptionKey::new("K", "f123456789abcdef0123456789abcdef").expect("32 bytes");
        assert_eq!(other.open(&stored), None);
        assert_eq!(key.open("AAAA"), None);
        assert_eq!(key.open("not base64!"), None);
        assert!(EncryptionKey::new("K", "short").is_err());
        assert!(!format!("{key:?}").contains("0123"));
    }
}
