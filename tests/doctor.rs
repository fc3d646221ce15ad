//! `cratebase doctor`: what it finds, beside a server and without one.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::time::{Duration, SystemTime};

use serde_json::{Value as Json, json};

use crate::support::{Bucket, Fault, Mailbox, SUPERUSER, TestApp, copy_of_template, cratebase};

/// What it found, and its exit code.
struct Found {
    code: i32,
    json: Json,
}

impl Found {
    /// The level and text of the first finding of a topic whose text has `part`.
    #[track_caller]
    fn says(&self, topic: &str, level: &str, part: &str) {
        let all = self.json["findings"].as_array().unwrap();
        let is_it = |one: &&Json| one["topic"] == topic && one["text"].as_str().unwrap().contains(part);
        let found = all.iter().find(is_it).unwrap_or_else(|| panic!("{topic}: {part} in {:#}", self.json));
        assert_eq!(found["level"], level, "{found}");
    }

    fn failures(&self) -> Vec<&str> {
        let all = self.json["findings"].as_array().unwrap().iter();
        all.filter(|one| one["level"] == "fail").map(|one| one["topic"].as_str().unwrap()).collect()
    }
}

/// Not on this thread: a bucket's proxy may be at work on it.
async fn doctor(dir: &Path) -> Found {
    let mut command = cratebase(dir, &["doctor", "--json"]);
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    let json = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{output:?}"));
    Found { code: output.status.code().unwrap(), json }
}

async fn set(app: &TestApp, settings: Json) {
    app.call(SUPERUSER, "PATCH /api/settings").json(settings).await.is(200);
}

#[tokio::test]
async fn a_new_server_works_and_is_told_what_is_left_as_it_came() {
    let dir = copy_of_template().await;
    let data = dir.path().join("data");
    std::fs::set_permissions(&data, std::fs::Permissions::from_mode(0o700)).unwrap();
    let before: Vec<_> = names(&data);
    let found = doctor(dir.path()).await;
    assert_eq!((found.code, found.failures().len()), (0, 0), "{:#}", found.json);
    assert_eq!(found.json["level"], "warn");
    for (topic, level, part) in [
        ("clock", "ok", "not behind"),
        ("disk", "ok", "99th percentile"),
        ("permissions", "ok", "Nobody else"),
        ("sqlite", "ok", "SQLite 3."),
        ("integrity", "ok", "data.db is whole"),
        ("integrity", "ok", "auxiliary.db is whole"),
        ("superusers", "ok", "somebody"),
        ("address", "warn", "http://localhost:8090"),
        ("sender", "warn", "support@example.com"),
        ("limits", "warn", "rateLimits"),
        ("encryption", "warn", "in clear"),
        ("mail", "warn", "No mail server"),
        ("backups", "warn", "There is no backup, and none is made by itself"),
    ] {
        // A machine that is shared may have a slow or a full disk.
        if !["disk", "space"].contains(&topic) {
            found.says(topic, level, part);
        }
    }
    let after: Vec<_> =
        names(&data).into_iter().filter(|name| !name.ends_with("-wal") && !name.ends_with("-shm")).collect();
    assert_eq!(after, before, "nothing stays behind");
    let output = cratebase(dir.path(), &["doctor"]).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.lines().any(|line| line == "ok    integrity     data.db is whole."), "{text}");
    assert!(output.status.success() && output.stderr.is_empty());
}

fn names(dir: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(dir).unwrap();
    let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[tokio::test]
async fn what_is_taken_care_of_is_fine_beside_a_running_server() {
    let app = TestApp::start().await;
    let mailbox = Mailbox::of(&app).await;
    let bucket = Bucket::new().await;
    set(
        &app,
        json!({
            "meta": {"appURL": "https://app.example.org", "senderAddress": "app@example.org"},
            "rateLimits": {"enabled": true}, "s3": bucket.settings(),
            "backups": {"cron": "@monthly", "s3": bucket.settings()},
        }),
    )
    .await;
    app.call(SUPERUSER, "POST /api/backups").await.is(204);
    let found = doctor(app.dir()).await;
    for (topic, part) in [
        ("address", "https://app.example.org"),
        ("sender", "app@example.org"),
        ("limits", "Requests are limited"),
        ("mail", "takes us"),
        ("bucket", "for files takes"),
        ("bucket", "for backups takes"),
        ("backups", "The last backup is of "),
    ] {
        found.says(topic, "ok", part);
    }
    assert_eq!(found.code, 0, "{:#}", found.json);
    assert_eq!(bucket.keys().await.len(), 1, "the backup, and nothing that was tried out");
    drop(mailbox);

    bucket.fail("", Fault::Status(403), usize::MAX);
    set(&app, json!({"smtp": {"enabled": true, "host": "127.0.0.1", "port": 1}})).await;
    let found = doctor(app.dir()).await;
    assert_eq!((found.code, found.json["level"].as_str()), (1, Some("fail")));
    assert_eq!(found.failures(), ["mail", "bucket", "bucket", "backups"]);
    found.says("bucket", "fail", "status 403");
    let text = found.json.to_string();
    assert!(!text.contains("hush") && !text.contains("intranet"), "{text}");
}

#[tokio::test]
async fn rules_are_looked_through() {
    let app = TestApp::start().await;
    let closed = json!({"name": "closed", "type": "base", "listRule": "@request.auth.id != ''", "fields": [{"name": "a", "type": "text"}]});
    app.collection(closed).await;
    let rules = json!({"listRule": "", "updateRule": "1 = 1", "manageRule": "id != '' || 1 = 1"});
    app.call(SUPERUSER, "PATCH /api/collections/users").json(rules).await.is(200);
    for (name, rule) in [("open", json!("")), ("nobodys", Json::Null)] {
        let view = json!({"name": name, "type": "view", "listRule": rule, "viewQuery": "SELECT id, a FROM closed"});
        app.collection(view).await;
    }
    let found = doctor(app.dir()).await;
    for part in [
        "Anybody may create, update and delete records of posts without signing in",
        "Anybody may update records of users without signing in",
        "Anybody may list the accounts of users",
        "The manageRule of users lets anybody change passwords",
        "Anybody may read the view open, but not closed",
        "Only superusers can read the view nobodys",
    ] {
        found.says("rules", "warn", part);
    }
    assert_eq!(found.code, 0);
    // What no save would let through: a rule that names what is not there.
    let spoil = "UPDATE _collections SET viewRule = 'autor = @request.auth.id' WHERE name = 'closed'";
    app.call(SUPERUSER, "POST /api/sql").json(json!({ "query": spoil })).await.is(200);
    let found = doctor(app.dir()).await;
    found.says("rules", "fail", "The viewRule of closed cannot be used and refuses everybody: unknown field `autor`");
    assert_eq!((found.code, found.failures()), (1, vec!["rules"]));
}

#[tokio::test]
async fn what_does_not_work_fails() {
    let dir = copy_of_template().await;
    let data = dir.path().join("data");
    std::fs::set_permissions(&data, std::fs::Permissions::from_mode(0o755)).unwrap();
    doctor(dir.path()).await.says("permissions", "warn", "chmod 700");

    let ahead = std::fs::File::create(data.join("from-the-future")).unwrap();
    let now = std::fs::metadata(data.join("data.db")).unwrap().modified().unwrap().max(SystemTime::UNIX_EPOCH);
    ahead.set_modified(now + Duration::from_secs(400 * 86_400)).unwrap();
    let found = doctor(dir.path()).await;
    found.says("clock", "fail", "days ahead of the clock");
    assert_eq!((found.code, found.failures()), (1, vec!["clock"]));
    std::fs::remove_file(data.join("from-the-future")).unwrap();

    std::fs::write(data.join("auxiliary.db"), "not a database, by far not one at all").unwrap();
    doctor(dir.path()).await.says("integrity", "fail", "auxiliary.db cannot be read");
    std::fs::remove_file(data.join("auxiliary.db")).unwrap();

    let mut bytes = std::fs::read(data.join("data.db")).unwrap();
    let middle = bytes.len() / 4096 / 2 * 4096;
    bytes[middle..middle + 4096].fill(0xAA);
    std::fs::write(data.join("data.db"), bytes).unwrap();
    let found = doctor(dir.path()).await;
    found.says("integrity", "fail", "restore a backup");
    assert_eq!(found.code, 1);
}

#[tokio::test]
async fn a_key_that_does_not_fit_is_found_out() {
    let app = TestApp::start_with(|config| {
        config.settings.encryption_file = config.data_dir.parent().unwrap().join("key").to_string_lossy().into_owned();
        std::fs::write(&config.settings.encryption_file, "0123456789abcdef0123456789abcdef").unwrap();
    })
    .await;
    set(&app, json!({"meta": {"appName": "Sealed"}})).await;
    doctor(app.dir()).await.says("settings", "fail", "encrypted");
    std::fs::write(app.dir().join("cratebase.toml"), "[settings]\nencryption_file = \"key\"").unwrap();
    doctor(app.dir()).await.says("encryption", "ok", "stored encrypted");
    std::fs::write(app.dir().join("key"), "another key, of thirty-two bytes").unwrap();
    assert_eq!(doctor(app.dir()).await.failures(), ["settings"]);
}

#[tokio::test]
async fn without_data_there_is_nothing_to_look_at() {
    let dir = tempfile::tempdir().unwrap();
    let output = cratebase(dir.path(), &["doctor"]).output().unwrap();
    let said = format!("There is no data directory {}.", dir.path().join("data").display());
    assert_eq!(String::from_utf8(output.stderr).unwrap().trim_end(), said);
    assert_eq!(output.status.code(), Some(1));
    assert!(!dir.path().join("data").exists());
    std::fs::create_dir(dir.path().join("data")).unwrap();
    let found = doctor(dir.path()).await;
    found.says("integrity", "fail", "There is no data.db");
    assert_eq!(found.code, 1);
}

#[tokio::test]
async fn a_data_directory_that_is_made_is_nobody_elses_business() {
    let dir = tempfile::tempdir().unwrap();
    let saved = cratebase(dir.path(), &["superuser", "upsert", "kim@example.com", "long enough"]).output().unwrap();
    assert!(saved.status.success());
    doctor(dir.path()).await.says("permissions", "ok", "Nobody else");
}
