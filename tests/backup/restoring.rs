//! Restore drills: good archives, and everything that pretends to be one.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;

use serde_json::json;

use crate::support::{Answer, As, GUEST, Manager, Process, SUPERUSER, TestApp, copy_of_template, cratebase};

use super::{archive, backup, keys, picture, plant, titles};

async fn restore(app: &TestApp, name: &str) -> Answer {
    app.call(SUPERUSER, &format!("POST /api/backups/{name}/restore")).await
}

#[tokio::test]
async fn a_good_archive_brings_everything_back() {
    let app = TestApp::start().await;
    let (id, cover) = picture(&app, "before", b"the bytes").await;
    backup(&app, "good.zip").await;
    app.call(SUPERUSER, &format!("DELETE /api/collections/posts/records/{id}")).await.is(204);
    let (later, _) = picture(&app, "after", b"other bytes").await;
    app.call(SUPERUSER, "DELETE /api/collections/users/records/bob000000000000").await.is(204);

    restore(&app, "good.zip").await.is(204);
    app.call(SUPERUSER, "POST /api/backups").await.is(400);
    app.services.backups.restart_wanted().await;
    let app = app.restart().await;
    assert_eq!(titles(&app).await, ["before"]);
    let posts = app.call(SUPERUSER, "GET /api/collections/posts").await.json()["id"].as_str().unwrap().to_string();
    assert_eq!(app.call(GUEST, &format!("GET /api/files/posts/{id}/{cover}")).await.is(200).body, b"the bytes");
    assert!(!app.dir().join("data/storage").join(posts).join(later).exists(), "files of later are gone");
    // Tokens of then are good again, backups are still there, and so is all that can be done with them.
    app.call(As("bob"), "GET /api/collections/users/records/bob000000000000").await.is(200);
    assert_eq!(keys(&app).await, ["good.zip"]);
    assert!(!app.dir().join("data/.restore").exists());
    app.call(GUEST, "POST /api/collections/posts/records").json(json!({"title": "new"})).await.is(200);
    backup(&app, "again.zip").await;
}

/// What archives may be instead of good: what it is, and its bytes.
fn corpus(good: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let data = archive::file(good, "data.db");
    let with = |name: &str| archive::of(&[("data.db", &data), (name, b"evil")]);
    let mut flipped = good.to_vec();
    let middle = flipped.len() / 3;
    flipped[middle..middle + 64].iter_mut().for_each(|byte| *byte ^= 0x55);
    let mut damaged = data.clone();
    let page = damaged.len() / 4096 / 2 * 4096;
    damaged[page..page + 4096].iter_mut().for_each(|byte| *byte = 0xAA);
    let bomb = vec![0u8; 120 << 20];
    vec![
        ("empty", Vec::new()),
        ("no archive", b"PK\x03\x04 but nothing more".to_vec()),
        ("cut off", good[..good.len() / 2].to_vec()),
        ("cut off at the end", good[..good.len() - 10].to_vec()),
        ("flipped bits", flipped),
        ("no database", archive::of(&[("storage/a/b/c.txt", b"x")])),
        ("database in a folder", archive::of(&[("backup/data.db", &data)])),
        ("empty database", archive::of(&[("data.db", b"")])),
        ("text for a database", archive::of(&[("data.db", b"hello, hello, hello")])),
        ("damaged database", archive::of(&[("data.db", &damaged)])),
        ("half a database", archive::of(&[("data.db", &data[..data.len() / 2])])),
        ("up", with("../evil.txt")),
        ("up from below", with("storage/../../evil.txt")),
        ("absolute", with("/tmp/evil.txt")),
        ("backslashes", with("..\\..\\evil.txt")),
        ("drive", with("C:/evil.txt")),
        ("empty part", with("storage//evil.txt")),
        ("dot", with("./evil.txt")),
        ("control character", with("storage/a\nb")),
        ("NUL", archive::renamed(with("storage/aXb"), "storage/aXb", "storage/a\0b")),
        ("into backups", with("backups/good.zip")),
        ("into our own folder", with(".restore/ready")),
        ("log of the database", with("data.db-wal")),
        ("twice", archive::renamed(with("data_db"), "data_db", "data.db")),
        ("deep", with(&format!("{}x", "a/".repeat(40)))),
        ("long", with(&"a".repeat(2000))),
        ("link", archive::with_link(&[("data.db", &data)], "storage", "/etc")),
        ("link to a file", archive::with_link(&[("data.db", &data)], "storage/passwd", "/etc/passwd")),
        ("bomb", archive::of(&[("data.db", &data), ("storage/zero", &bomb)])),
    ]
}

/// Security cases 20 and 31.
#[tokio::test]
async fn whatever_is_no_good_leaves_everything_as_it_was() {
    let app = TestApp::start().await;
    picture(&app, "here", b"the bytes").await;
    let good = backup(&app, "good.zip").await;
    let corpus = corpus(&good);
    let log = app.call(SUPERUSER, "GET /api/logs").await.json()["totalItems"].as_i64().unwrap();
    for (what, bytes) in corpus {
        plant(&app, "evil.zip", &bytes);
        let answer = restore(&app, "evil.zip").await;
        assert_eq!(answer.status, 400, "{what}: {}", answer.text());
        let message = answer.json()["message"].as_str().unwrap().to_string();
        assert!(message.starts_with("The backup cannot be restored. Raw error: \n"), "{what}: {message}");
        assert!(!app.dir().join("data/.restore").exists(), "{what} left something");
        assert_eq!(titles(&app).await, ["here"], "{what}");
    }
    for place in ["evil.txt", "data/evil.txt"] {
        assert!(!app.dir().join(place).exists() && !std::path::Path::new("/tmp/evil.txt").exists(), "{place}");
    }
    app.call(SUPERUSER, "DELETE /api/backups/evil.zip").await.is(204);
    // Nothing waits for the next start either, and what was right still works.
    let app = app.restart().await;
    assert_eq!(titles(&app).await, ["here"]);
    assert!(app.call(SUPERUSER, "GET /api/logs").await.json()["totalItems"].as_i64().unwrap() >= log);
    restore(&app, "good.zip").await.is(204);
    let app = app.restart().await;
    assert_eq!(titles(&app).await, ["here"]);
}

#[tokio::test]
async fn databases_of_others_are_told_apart() {
    let app = TestApp::start().await;
    let good = backup(&app, "good.zip").await;
    let data = archive::file(&good, "data.db");
    let foreign = |statement: &str| {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("data.db");
        std::fs::write(&path, &data).unwrap();
        let database = rusqlite::Connection::open(&path).unwrap();
        database.execute_batch(statement).unwrap();
        database.close().unwrap();
        archive::of(&[("data.db", &std::fs::read(&path).unwrap())])
    };
    for (statement, reason) in [
        ("DROP TABLE _changes", "it is a database of PocketBase"),
        ("DROP TABLE _collections", "it is the database of another program"),
        ("INSERT INTO _migrations VALUES ('9999_future.sql', 0)", "newer version"),
        ("UPDATE _collections SET fields = 'broken' WHERE name = 'posts'", ""),
    ] {
        plant(&app, "foreign.zip", &foreign(statement));
        let message = restore(&app, "foreign.zip").await.is(400).json()["message"].as_str().unwrap().to_string();
        assert!(message.contains(reason), "{statement}: {message}");
    }
}

#[tokio::test]
async fn settings_that_cannot_be_opened_are_found_out_before() {
    let sealed = |config: &mut cratebase::config::Config| {
        config.settings.encryption_file = config.data_dir.parent().unwrap().join("key").to_string_lossy().into_owned();
        std::fs::write(&config.settings.encryption_file, "0123456789abcdef0123456789abcdef").unwrap();
    };
    let app = TestApp::start_with(sealed).await;
    app.call(SUPERUSER, "PATCH /api/settings").json(json!({"meta": {"appName": "Sealed"}})).await.is(200);
    let bytes = backup(&app, "sealed.zip").await;
    let other = TestApp::start().await;
    plant(&other, "sealed.zip", &bytes);
    let message = restore(&other, "sealed.zip").await.is(400).json()["message"].as_str().unwrap().to_string();
    assert!(message.contains("settings are encrypted"), "{message}");
}

/// The whole way: the process becomes a new one over the old data.
#[tokio::test]
async fn the_server_restarts_itself() {
    let dir = copy_of_template().await;
    let address = {
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        free.local_addr().unwrap().to_string()
    };
    let manager = Manager::open();
    let mut server = Process::spawn(manager.of(&mut cratebase(dir.path(), &["serve", "--http", &address])));
    assert_eq!(manager.next(), "READY=1");
    // The template's tokens are of its own time.
    let form = "{\"identity\":\"root@example.com\",\"password\":\"correct horse\"}";
    let signed_in = ask(&address, "POST /api/collections/_superusers/auth-with-password", "", form);
    let (_, token) = signed_in.rsplit_once("\"token\":\"").expect("a token");
    let token = token.split('"').next().unwrap();
    let call = |line: &str, body: &str| ask(&address, line, token, body);
    assert!(call("POST /api/backups", "{\"name\":\"good.zip\"}").starts_with("HTTP/1.1 204"));
    assert!(call("POST /api/collections/posts/records", "{\"title\":\"later\"}").starts_with("HTTP/1.1 200"));
    assert!(call("POST /api/backups/good.zip/restore", "").starts_with("HTTP/1.1 204"));
    // The greeting of the new process.
    let again = server.lines().find(|line| line.starts_with("Cratebase ")).unwrap();
    assert!(again.contains(&address), "{again}");
    // Whoever manages it must not take this for its end.
    assert_eq!([manager.next(), manager.next()], ["RELOADING=1", "READY=1"]);
    let list = call("GET /api/collections/posts/records", "");
    assert!(list.contains("\"totalItems\":0"), "{list}");
    server.terminate();
    assert!(server.ended_well());
    assert_eq!(manager.next(), "STOPPING=1");
}

/// One request on a connection of its own.
fn ask(address: &str, line: &str, token: &str, body: &str) -> String {
    let mut socket = TcpStream::connect(address).unwrap();
    let length = body.len();
    let request = format!(
        "{line} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: {token}\r\nContent-Type: application/json\r\n\
         Content-Length: {length}\r\n\r\n{body}"
    );
    socket.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    let mut reader = BufReader::new(socket);
    reader.read_line(&mut answer).unwrap();
    // A server that stops resets what it did not read.
    let _ = reader.read_to_string(&mut answer);
    answer
}
