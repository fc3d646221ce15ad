//! Settings stored under a key.

use std::path::{Path, PathBuf};

use cratebase::app::{self, World};
use cratebase::config::{self, Config};
use serde_json::json;

use crate::support::{SUPERUSER, TestApp};

const KEY: &str = "0123456789abcdef0123456789abcdef\n";

fn key_file(dir: &Path, name: &str, key: &str) -> PathBuf {
    let path = dir.join(name);
    std::fs::write(&path, key).unwrap();
    path
}

async fn stored(app: &TestApp) -> String {
    app.services.store.param("settings").await.unwrap().unwrap()
}

/// Why the data of `app` does not open with such a configuration.
async fn refusal(app: &TestApp, change: impl FnOnce(&mut Config)) -> String {
    let mut config = config::load(None, vec![]).unwrap_or_else(|e| panic!("{e}")).config;
    config.data_dir = app.dir().join("data");
    change(&mut config);
    app::open(&config, World::default()).await.err().expect("a refusal").to_string()
}

#[tokio::test]
async fn secrets_are_not_to_be_read_in_the_database() {
    let keys = tempfile::tempdir().unwrap();
    let key = key_file(keys.path(), "key", KEY).display().to_string();
    let with_key = |config: &mut Config| config.settings.encryption_file = key.clone();
    let app = TestApp::start_with(with_key).await;
    let secret = json!({"smtp": {"password": "open sesame"}, "meta": {"appName": "Sealed"}});
    app.call(SUPERUSER, "PATCH /api/settings").json(secret.clone()).await.is(200);
    let first = stored(&app).await;
    assert!(!first.contains("sesame") && !first.contains("Sealed") && !first.contains('{'), "{first}");

    let other = key_file(keys.path(), "other", "f123456789abcdef0123456789abcdef").display().to_string();
    assert!(refusal(&app, |_| {}).await.contains("the settings are encrypted"));
    let wrong = refusal(&app, |config| config.settings.encryption_file = other.clone()).await;
    assert_eq!(wrong, format!("the settings cannot be decrypted with the key in {other}"));
    let short = key_file(keys.path(), "short", "abc").display().to_string();
    let wrong = refusal(&app, |config| config.settings.encryption_file = short).await;
    assert!(wrong.ends_with("must hold a key of 32 bytes, not 3"), "{wrong}");

    let app = app.restart_with(with_key).await;
    app.call(SUPERUSER, "GET /api/settings").await.is(200).has(json!({"meta": {"appName": "Sealed"}}));
    assert_eq!(app.services.settings().smtp.password, "open sesame");
}

#[tokio::test]
async fn settings_stored_before_there_was_a_key_are_sealed_at_the_next_start() {
    let keys = tempfile::tempdir().unwrap();
    let key = key_file(keys.path(), "key", KEY).display().to_string();
    let app = TestApp::start().await;
    app.call(SUPERUSER, "PATCH /api/settings").json(json!({"smtp": {"password": "open sesame"}})).await.is(200);
    assert!(stored(&app).await.contains("sesame"));
    let app = app.restart_with(|config| config.settings.encryption_file = key).await;
    assert!(!stored(&app).await.contains("sesame"));
    assert_eq!(app.services.settings().smtp.password, "open sesame");
}
