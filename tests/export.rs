//! `cratebase export`: what comes out, beside a server that goes on.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;

use cratebase::clock::Timestamp;
use cratebase::export::Export;
use cratebase::store::Reader as _;
use serde_json::{Value as Json, json};

use crate::support::{GUEST, SUPERUSER, TestApp, cratebase};

fn output(app: &TestApp, arguments: &[&str]) -> std::process::Output {
    let all: Vec<&str> = std::iter::once("export").chain(arguments.iter().copied()).collect();
    cratebase(app.dir(), &all).output().unwrap()
}

#[track_caller]
fn export(app: &TestApp, arguments: &[&str]) -> String {
    let output = output(app, arguments);
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[track_caller]
fn fails(dir: &Path, arguments: &[&str], said: &str) {
    let all: Vec<&str> = std::iter::once("export").chain(arguments.iter().copied()).collect();
    let output = cratebase(dir, &all).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr).trim_end(), said);
    assert_eq!((output.status.code(), output.stdout.len()), (Some(1), 0));
}

/// A collection with a field of every kind, a view of it, and two records.
async fn all_kinds() -> TestApp {
    let app = TestApp::start().await;
    let users = app.call(SUPERUSER, "GET /api/collections/users").await.json()["id"].clone();
    let fields = json!([
        {"name": "title", "type": "text"}, {"name": "score", "type": "number"}, {"name": "done", "type": "bool"},
        {"name": "mail", "type": "email"}, {"name": "site", "type": "url"}, {"name": "body", "type": "editor"},
        {"name": "due", "type": "date"}, {"name": "made", "type": "autodate", "onCreate": true},
        {"name": "tags", "type": "select", "values": ["a", "b"], "maxSelect": 2},
        {"name": "tag", "type": "select", "values": ["a", "b"], "maxSelect": 1},
        {"name": "owner", "type": "relation", "collectionId": users, "maxSelect": 1},
        {"name": "extra", "type": "json"}, {"name": "place", "type": "geoPoint"},
        {"name": "inner", "type": "text", "hidden": true},
    ]);
    app.collection(json!({"name": "things", "type": "base", "listRule": "", "fields": fields})).await;
    let view =
        json!({"name": "shown", "type": "view", "listRule": "", "viewQuery": "SELECT id, title, score FROM things"});
    app.collection(view).await;
    let full = json!({
        "title": "say \"hi\", twice\nor not", "score": -1.5, "done": true, "mail": "a@example.com",
        "site": "https://example.com", "body": "<p>x</p>", "due": "2026-01-02 03:04:05.000Z", "tags": ["b", "a"],
        "tag": "a", "owner": "bob000000000000", "extra": {"a": [1, null]}, "place": {"lon": 1.5, "lat": -2}, "inner": "x",
    });
    app.record("things", full).await;
    app.record("things", json!({"title": "=HYPERLINK(\"http://x\")"})).await;
    app
}

async fn listed(app: &TestApp, collection: &str) -> Vec<Json> {
    let line = format!("GET /api/collections/{collection}/records");
    app.call(SUPERUSER, &line).await.is(200).json()["items"].as_array().unwrap().clone()
}

#[tokio::test]
async fn json_and_lines_are_what_the_api_shows_without_what_is_hidden() {
    let app = all_kinds().await;
    for collection in ["things", "shown"] {
        let mut expected = listed(&app, collection).await;
        expected.iter_mut().for_each(|item| drop(item.as_object_mut().unwrap().remove("inner")));
        let whole: Vec<Json> = serde_json::from_str(&export(&app, &[collection])).unwrap();
        assert_eq!(whole, expected);
        let text = export(&app, &[collection, "--format", "ndjson"]);
        let lines: Vec<Json> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(lines, expected);
    }
    let all: BTreeMap<String, Vec<Json>> = serde_json::from_str(&export(&app, &[])).unwrap();
    let names: Vec<&str> = all.keys().map(String::as_str).collect();
    assert_eq!(names, ["posts", "shown", "things", "users"], "those that are not the system's");
    assert_eq!((all["users"].len(), all["posts"].len()), (3, 0));
}

#[tokio::test]
async fn csv_has_a_line_of_names_and_quotes_what_it_must() {
    let app = all_kinds().await;
    let text = export(&app, &["things", "--format", "csv"]);
    let mut lines = text.split("\r\n");
    assert_eq!(lines.next(), Some("id,title,score,done,mail,site,body,due,made,tags,tag,owner,extra,place"));
    let items = listed(&app, "things").await;
    let (id, made) = (items[0]["id"].as_str().unwrap(), items[0]["made"].as_str().unwrap());
    let first = format!(
        "{id},\"say \"\"hi\"\", twice\nor not\",-1.5,true,a@example.com,https://example.com,<p>x</p>,\
         2026-01-02 03:04:05.000Z,{made},\"[\"\"b\"\",\"\"a\"\"]\",a,bob000000000000,\"{{\"\"a\"\":[1,null]}}\",\
         \"{{\"\"lon\"\":1.5,\"\"lat\"\":-2}}\""
    );
    assert_eq!(lines.next(), Some(first.as_str()));
    assert!(lines.next().unwrap().contains(",\"'=HYPERLINK(\"\"http://x\"\")\",0,false,"), "no formula: {text}");
    assert_eq!((lines.next(), lines.next()), (Some(""), None));
    let raw = export(&app, &["things", "--format", "csv", "--raw"]);
    assert!(raw.contains(",\"=HYPERLINK(\"\"http://x\"\")\","), "{raw}");
}

#[tokio::test]
async fn secrets_only_come_out_when_they_are_asked_for() {
    let app = all_kinds().await;
    let plain = export(&app, &[]);
    for secret in ["tokenKey", "$argon2", "\"password\"", "\"inner\""] {
        assert!(!plain.contains(secret), "{secret}");
    }
    assert!(plain.contains("bob@example.com"), "addresses are no secret to the owner of the directory");
    let all = export(&app, &["users", "_superusers", "things", "--with-secrets", "--format", "ndjson"]);
    let lines: Vec<Json> = all.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    for name in ["users", "_superusers"] {
        let one = lines.iter().find(|line| line["collectionName"] == name).unwrap();
        assert!(one["password"].as_str().unwrap().starts_with('$') && one["tokenKey"].as_str().unwrap().len() > 20);
    }
    assert!(lines.iter().any(|line| line["inner"] == "x"));
}

#[tokio::test]
async fn a_filter_chooses_and_says_what_is_wrong_with_it() {
    let app = all_kinds().await;
    let found = export(&app, &["things", "--filter", "done = true && owner.name != 'x'", "--format", "ndjson"]);
    assert_eq!(found.lines().count(), 1);
    assert_eq!(export(&app, &["things", "--filter", "title = 'none'"]), "[]\n");
    assert_eq!(export(&app, &["things", "--filter", "1 = 2", "--format", "csv"]).lines().count(), 1);
    let dir = app.dir();
    let said = "Unknown field `titl` at byte 10; did you mean `title`?\n  done=1 && titl = 'x'\n            ^";
    fails(dir, &["things", "--filter", "done=1 && titl = 'x'"], said);
    fails(dir, &["--filter", "id = 'x'"], "A filter is for one collection: name it.");
}

#[tokio::test]
async fn mistakes_are_said_and_nothing_is_made() {
    let app = all_kinds().await;
    let dir = app.dir();
    fails(dir, &["thing"], "There is no collection thing; did you mean things?");
    fails(dir, &["zzzz"], "There is no collection zzzz.");
    fails(dir, &["--format", "csv"], "CSV has one table: name one collection, or a directory with --out.");
    std::fs::write(dir.join("file"), "in the way").unwrap();
    fails(dir, &["things", "--out", "file"], "file cannot be written: File exists (os error 17).");
    let empty = tempfile::tempdir().unwrap();
    let missing = empty.path().join("data");
    fails(empty.path(), &[], &format!("There is no data directory {}.", missing.display()));
    assert!(!missing.exists());
    std::fs::create_dir(&missing).unwrap();
    std::fs::write(missing.join("data.db"), "no database at all, whatever its name says").unwrap();
    let said = format!("{} cannot be read: file is not a database.", missing.join("data.db").display());
    fails(empty.path(), &[], &said);
}

#[tokio::test]
async fn a_directory_gets_a_file_per_collection_and_their_definitions() {
    use std::os::unix::fs::PermissionsExt as _;
    let app = all_kinds().await;
    let folder = app.dir().join("out/of");
    for count in [2, 3] {
        let said = export(&app, &["things", "users", "--out", "out/of", "--format", "csv"]);
        assert_eq!(said, format!("{} records of 2 collections are in out/of.\n", count + 3));
        let text = std::fs::read_to_string(folder.join("things.records.csv")).unwrap();
        assert_eq!(text.matches("\r\n").count(), count + 1, "it takes the place of the one before");
        app.record("things", json!({"title": "third"})).await;
    }
    let mut names: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap()).collect();
    names.sort_by_key(|entry| entry.file_name());
    assert!(names.iter().all(|entry| entry.metadata().unwrap().permissions().mode() & 0o077 == 0));
    let names: Vec<_> = names.iter().map(|entry| entry.file_name().into_string().unwrap()).collect();
    assert_eq!(names, ["collections.json", "things.records.csv", "users.records.csv"]);
    // Another server takes the definitions.
    let definitions: Json = serde_json::from_slice(&std::fs::read(folder.join("collections.json")).unwrap()).unwrap();
    let other = TestApp::start().await;
    let form = json!({"collections": definitions, "deleteMissing": false});
    other.call(SUPERUSER, "PUT /api/collections/import").json(form).await.is(204);
    other.call(GUEST, "GET /api/collections/things/records").await.is(200);
}

#[tokio::test]
async fn all_of_it_is_of_one_moment() {
    let app = all_kinds().await;
    let mut config = cratebase::config::load(None, vec![]).unwrap_or_else(|e| panic!("{e}")).config;
    config.data_dir = app.dir().join("data");
    let moment = cratebase::app::moment(&config).unwrap();
    app.record("things", json!({"title": "later"})).await;
    app.call(SUPERUSER, "DELETE /api/collections/shown").await.is(204);
    for (name, count) in [("things", 2), ("shown", 2)] {
        let collection = Arc::clone(moment.catalog().find(name).unwrap());
        let mut out = Vec::new();
        let written = Export::new(&moment, &collection, "", Timestamp(0)).unwrap();
        assert_eq!(written.write(&moment, &mut out, (0, &mut |_| {})).unwrap(), count, "{name}");
        assert_eq!(serde_json::from_slice::<Vec<Json>>(&out).unwrap().len() as u64, count);
    }
}

#[tokio::test]
async fn memory_does_not_grow_with_the_records() {
    let app = TestApp::start().await;
    let fill = "INSERT INTO posts (id, title) WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i + 1 FROM n \
                WHERE i < 100000) SELECT printf('%015d', i), hex(randomblob(500)) FROM n";
    app.call(SUPERUSER, "POST /api/sql").json(json!({ "query": fill })).await.is(200);
    let mut command = cratebase(app.dir(), &["export", "posts", "--format", "csv"]);
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut stdout = child.stdout.take().unwrap();
    let (mut read, mut peak_kib, mut buffer) = (0, 0, vec![0; 1 << 20]);
    loop {
        let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
        let now = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let now = now.and_then(|text| text.trim().strip_suffix(" kB")?.parse().ok()).unwrap_or(0);
        peak_kib = peak_kib.max(now);
        match stdout.read(&mut buffer).unwrap() {
            0 => break,
            bytes => read += bytes,
        }
    }
    assert!(child.wait().unwrap().success());
    assert!(read > 100_000_000, "{read} bytes");
    assert!(peak_kib > 1000 && peak_kib < 80 << 10, "{peak_kib} KiB for {read} bytes");
}

#[tokio::test]
async fn whoever_has_seen_enough_may_stop_reading() {
    let app = TestApp::start().await;
    let fill = "INSERT INTO posts (id, title) WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i + 1 FROM n \
                WHERE i < 20000) SELECT printf('%015d', i), hex(randomblob(200)) FROM n";
    app.call(SUPERUSER, "POST /api/sql").json(json!({ "query": fill })).await.is(200);
    let mut command = cratebase(app.dir(), &["export", "posts", "--format", "ndjson"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut head = [0; 100];
    child.stdout.take().unwrap().read_exact(&mut head).unwrap();
    let ended = child.wait_with_output().unwrap();
    assert!(ended.status.success() && ended.stderr.is_empty(), "{ended:?}");
}
