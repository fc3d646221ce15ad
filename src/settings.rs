//! What can be changed while the server runs: typed settings with defaults, stored as one JSON document.

mod check;
pub mod rate_limits;
pub mod schedule;
pub mod seal;
mod secrets;
pub mod subnet;

use std::sync::Arc;

use arc_swap::ArcSwap;
use serde::de::Error as _;
use serde::{Deserialize, Serialize};

pub use rate_limits::{RateLimits, RateRule};
pub use seal::EncryptionKey;

use crate::error::{Error, Result};
use crate::id::Ids;
use crate::value::{Json, Object};

/// The id of the stored document.
pub const KEY: &str = "settings";

/// All settings; keys as in the API.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Settings {
    /// Addresses and subnets superusers may come from; empty = any.
    #[serde(rename = "superuserIPs")]
    pub superuser_ips: Vec<String>,
    pub smtp: Smtp,
    pub backups: Backups,
    pub s3: S3,
    pub meta: Meta,
    pub rate_limits: RateLimits,
    pub trusted_proxy: TrustedProxy,
    pub batch: Batch,
    pub logs: Logs,
}

/// The mail server.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Smtp {
    pub enabled: bool,
    pub port: i64,
    pub host: String,
    pub username: String,
    /// Secret.
    pub password: String,
    /// `""`, `PLAIN` or `LOGIN`.
    pub auth_method: String,
    pub tls: bool,
    pub local_name: String,
}

/// Backups: when, how many, where to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Backups {
    /// `""` = none.
    pub cron: String,
    pub cron_max_keep: i64,
    pub s3: S3,
}

/// An S3-compatible bucket.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct S3 {
    pub enabled: bool,
    pub bucket: String,
    pub region: String,
    pub endpoint: String,
    pub access_key: String,
    /// Secret.
    pub secret: String,
    pub force_path_style: bool,
}

/// The application's name and address, as in mails.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Meta {
    pub accent_color: String,
    pub app_name: String,
    #[serde(rename = "appURL")]
    pub app_url: String,
    pub sender_name: String,
    pub sender_address: String,
    pub hide_controls: bool,
}

/// Where to read the client's address behind a proxy.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct TrustedProxy {
    pub headers: Vec<String>,
    #[serde(rename = "useLeftmostIP")]
    pub use_leftmost_ip: bool,
}

/// The batch endpoint.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Batch {
    pub enabled: bool,
    pub max_requests: i64,
    /// Seconds.
    pub timeout: i64,
    /// Bytes; 0 = 128 MiB.
    pub max_body_size: i64,
}

/// The request log.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Logs {
    /// Bytes; 0 = about 16 KiB.
    pub max_data_size: i64,
    /// 0 = no logs.
    pub max_days: i64,
    pub min_level: i64,
    #[serde(rename = "logIP")]
    pub log_ip: bool,
    pub log_auth_id: bool,
}

impl Default for Smtp {
    fn default() -> Self {
        Smtp {
            enabled: false,
            port: 587,
            host: "smtp.example.com".into(),
            username: String::new(),
            password: String::new(),
            auth_method: String::new(),
            tls: false,
            local_name: String::new(),
        }
    }
}

impl Default for Backups {
    fn default() -> Self {
        Backups { cron: String::new(), cron_max_keep: 3, s3: S3::default() }
    }
}

impl Default for Meta {
    fn default() -> Self {
        Meta {
            accent_color: "#1055c9".into(),
            app_name: "Acme".into(),
            app_url: "http://localhost:8090".into(),
            sender_name: "Support".into(),
            sender_address: "support@example.com".into(),
            hide_controls: false,
        }
    }
}

impl Default for Batch {
    fn default() -> Self {
        Batch { enabled: false, max_requests: 50, timeout: 3, max_body_size: 0 }
    }
}

impl Default for Logs {
    fn default() -> Self {
        Logs { max_data_size: 0, max_days: 5, min_level: 0, log_ip: true, log_auth_id: false }
    }
}

impl Settings {
    /// From the stored document; keys it lacks have their defaults.
    pub fn from_stored(text: &str) -> std::result::Result<Self, serde_json::Error> {
        serde_json::from_str(text)
    }

    /// The document to store, secrets included.
    pub fn stored_json(&self) -> String {
        crate::value::json::text(&self.to_json())
    }

    /// These settings with `changes` merged in deeply: lists are replaced, null changes nothing, keys are matched without
    /// regard to case, unknown ones are ignored.
    pub fn merged(&self, changes: Object) -> std::result::Result<Self, serde_json::Error> {
        let mut json = self.to_json();
        merge(&mut json, Json::Object(changes))?;
        serde_json::from_value(json)
    }

    fn to_json(&self) -> Json {
        // Only maps with keys other than text could fail.
        serde_json::to_value(self).unwrap_or_default()
    }
}

fn merge(into: &mut Json, changes: Json) -> std::result::Result<(), serde_json::Error> {
    match (into, changes) {
        (_, Json::Null) => {}
        (Json::Object(into), Json::Object(changes)) => {
            for (key, change) in changes {
                if let Some((_, slot)) = into.iter_mut().find(|(known, _)| known.eq_ignore_ascii_case(&key)) {
                    merge(slot, change)?;
                }
            }
        }
        // Serde would take the items for the members, in order.
        (Json::Object(_), Json::Array(_)) => return Err(serde_json::Error::custom("a list in place of an object")),
        (_, Json::Array(items)) if items.iter().any(Json::is_array) => {
            return Err(serde_json::Error::custom("a list in place of an object"));
        }
        (into, change) => *into = change,
    }
    Ok(())
}

/// The settings of this moment, shared by everyone; cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Live {
    now: Arc<ArcSwap<Settings>>,
    saving: Arc<tokio::sync::Mutex<()>>,
    /// The document they were read from.
    stored: Arc<ArcSwap<String>>,
    /// What the stored document is sealed with.
    key: Option<EncryptionKey>,
}

impl Live {
    /// From the stored document, if there is one, which may be sealed with `key`. Fails when it is and cannot be opened.
    pub fn open(stored: Option<&str>, key: Option<EncryptionKey>) -> Result<Self> {
        let live = Live { key, ..Live::default() };
        if let Some(stored) = stored {
            live.follow(stored)?;
        }
        Ok(live)
    }

    /// Takes over what another process stored; whether it was something new.
    pub fn follow(&self, stored: &str) -> Result<bool> {
        if self.stored.load().as_str() == stored {
            return Ok(false);
        }
        self.replace(self.read(stored)?, stored.to_string());
        Ok(true)
    }

    fn read(&self, stored: &str) -> Result<Settings> {
        if is_plain(stored) {
            return Settings::from_stored(stored).map_err(Error::internal);
        }
        let Some(key) = &self.key else {
            let sentence = "the settings are encrypted; say where their key is: settings.encryption_env or \
                            settings.encryption_file in the configuration";
            return Err(Error::bad_request(sentence));
        };
        let wrong = || format!("the settings cannot be decrypted with the key in {}", key.source());
        let plain = key.open(stored).ok_or_else(|| Error::bad_request(wrong()))?;
        Settings::from_stored(&plain).map_err(Error::internal)
    }

    /// The document to store for `settings`.
    pub fn sealed(&self, settings: &Settings, ids: &Ids) -> Result<String> {
        match &self.key {
            None => Ok(settings.stored_json()),
            Some(key) => key.seal(&settings.stored_json(), ids),
        }
    }

    /// Whether the document must be stored again, as it is not sealed although there is a key.
    pub fn exposes(&self, stored: &str) -> bool {
        self.key.is_some() && is_plain(stored)
    }

    pub fn load(&self) -> Arc<Settings> {
        self.now.load_full()
    }

    /// Whether requests are counted by rules; every one of them asks, so no share in the settings is taken for it.
    pub fn limits_requests(&self) -> bool {
        self.now.load().rate_limits.enabled
    }

    /// What is to be logged; every request asks.
    pub fn logs(&self) -> Logs {
        self.now.load().logs
    }

    /// Held from reading the old settings until the new ones are stored and replaced.
    pub async fn turn(&self) -> tokio::sync::MutexGuard<'_, ()> {
        self.saving.lock().await
    }

    /// Everyone sees `settings`, which `stored` holds, from now on.
    pub fn replace(&self, settings: Settings, stored: String) {
        self.now.store(Arc::new(settings));
        self.stored.store(Arc::new(stored));
    }
}

/// Sealed documents are base64.
fn is_plain(stored: &str) -> bool {
    stored.trim_start().starts_with('{')
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn changes(json: Json) -> Object {
        match json {
            Json::Object(object) => object,
            _ => Object::new(),
        }
    }

    #[test]
    fn defaults_are_those_of_the_contract() {
        let json: Json = serde_json::from_slice(&Settings::default().public_json()).unwrap();
        let expected = json!({
            "superuserIPs": [],
            "smtp": {"enabled": false, "port": 587, "host": "smtp.example.com", "username": "", "authMethod": "",
                     "tls": false, "localName": ""},
            "backups": {"cron": "", "cronMaxKeep": 3, "s3": {"enabled": false, "bucket": "", "region": "",
                        "endpoint": "", "accessKey": "", "forcePathStyle": false}},
            "s3": {"enabled": false, "bucket": "", "region": "", "endpoint": "", "accessKey": "",
                   "forcePathStyle": false},
            "meta": {"accentColor": "#1055c9", "appName": "Acme", "appURL": "http://localhost:8090",
                     "senderName": "Support", "senderAddress": "support@example.com", "hideControls": false},
            "rateLimits": {"rules": [
                {"label": "*:auth", "audience": "", "duration": 3, "maxRequests": 2},
                {"label": "*:create", "audience": "", "duration": 5, "maxRequests": 20},
                {"label": "/api/batch", "audience": "", "duration": 1, "maxRequests": 3},
                {"label": "/api/", "audience": "", "duration": 10, "maxRequests": 300}],
                "excludedIPs": [], "enabled": false},
            "trustedProxy": {"headers": [], "useLeftmostIP": false},
            "batch": {"enabled": false, "maxRequests": 50, "timeout": 3, "maxBodySize": 0},
            "logs": {"maxDataSize": 0, "maxDays": 5, "minLevel": 0, "logIP": true, "logAuthId": false}
        });
        assert_eq!(json, expected);
    }

    #[test]
    fn merging_is_deep_and_lists_are_replaced() {
        let merged = Settings::default()
            .merged(changes(json!({"smtp": {"host": "mail.x", "password": "p", "port": null}, "nonsense": 1,
                                   "rateLimits": {"rules": []}})))
            .unwrap();
        assert_eq!((merged.smtp.host.as_str(), merged.smtp.port), ("mail.x", 587));
        assert!(merged.rate_limits.rules.is_empty());
        assert!(merged.merged(changes(json!({"smtp": {"port": "x"}}))).is_err());
        for list in [json!({"smtp": 3}), json!({"smtp": []}), json!({"rateLimits": {"rules": [["/a", "", 1, 1]]}})] {
            assert!(merged.merged(changes(list.clone())).is_err(), "{list}");
        }
        let merged = merged.merged(changes(json!({"SMTP": {"Host": "other.x"}}))).unwrap();
        assert_eq!(merged.smtp.host, "other.x");
    }

    #[test]
    fn secrets_are_stored_but_never_shown() {
        let secret =
            json!({"smtp": {"password": "one"}, "s3": {"secret": "two"}, "backups": {"s3": {"secret": "three"}}});
        let settings = Settings::default().merged(changes(secret)).unwrap();
        let shown = String::from_utf8(settings.public_json()).unwrap();
        assert!(!shown.contains("one") && !shown.contains("two") && !shown.contains("three"), "{shown}");
        assert_eq!(Settings::from_stored(&settings.stored_json()).unwrap(), settings);
        let kept = settings.merged(changes(json!({"smtp": {"host": "h"}}))).unwrap();
        assert_eq!(kept.smtp.password, "one");
        let cleared = settings.merged(changes(json!({"smtp": {"password": ""}}))).unwrap();
        assert_eq!(cleared.smtp.password, "");
    }

    #[test]
    fn a_stored_document_may_lack_keys() {
        let settings = Settings::from_stored(r#"{"meta":{"appName":"Mine"}}"#).unwrap();
        assert_eq!((settings.meta.app_name.as_str(), settings.batch.max_requests), ("Mine", 50));
    }
}
