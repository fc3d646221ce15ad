//! Making, sending, fetching and removing archives.

use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};

use crate::support::{Answer, As, Bucket, GUEST, SUPERUSER, TestApp};

use super::{archive, backup, keys, picture, send, token};

#[tokio::test]
async fn an_archive_has_everything_that_is_needed_and_nothing_else() {
    let app = TestApp::start().await;
    let (_, cover) = picture(&app, "with a file", b"the bytes").await;
    std::fs::write(app.dir().join("data/own.txt"), "kept").unwrap();
    std::fs::create_dir_all(app.dir().join("data/storage/.incoming")).unwrap();
    std::fs::write(app.dir().join("data/storage/.incoming/x"), "on its way").unwrap();
    // What others keep there, and what has to stay with its machine.
    let others = [".certificates", ".restore", ".pb_temp_to_delete", ".notify", ".autocert_cache", "lost+found"];
    for folder in others {
        std::fs::create_dir_all(app.dir().join("data").join(folder)).unwrap();
        std::fs::write(app.dir().join("data").join(folder).join("x"), "not part of it").unwrap();
    }
    std::os::unix::fs::symlink(app.dir(), app.dir().join("data/elsewhere")).unwrap();
    backup(&app, "first.zip").await;
    let bytes = backup(&app, "second.zip").await;
    let names = archive::names(&bytes);
    for name in ["data.db", "auxiliary.db", "own.txt"] {
        assert!(names.iter().any(|have| have == name), "{name} in {names:?}");
    }
    let stored = names.iter().find(|name| name.ends_with(&cover)).unwrap();
    assert!(stored.starts_with("storage/"), "{stored}");
    assert_eq!(archive::file(&bytes, stored), b"the bytes");
    for part in [&["backups", "-wal", "-shm", ".incoming", "first.zip"][..], &others].concat() {
        assert!(!names.iter().any(|name| name.contains(part)), "{part} in {names:?}");
    }
    assert!(!names.iter().any(|name| name.contains("elsewhere")), "links are not followed: {names:?}");
    assert_eq!(&archive::file(&bytes, "data.db")[..15], b"SQLite format 3");
    let left: Vec<_> = std::fs::read_dir(app.dir().join("data/backups")).unwrap().collect();
    assert_eq!(left.len(), 2, "nothing half made stays: {left:?}");
}

#[tokio::test]
async fn archives_are_listed_by_name_and_go_when_asked() {
    let app = TestApp::start().await;
    assert_eq!(keys(&app).await, Vec::<String>::new());
    backup(&app, "b.zip").await;
    let bytes = backup(&app, "a.zip").await;
    app.call(SUPERUSER, "POST /api/backups").await.is(204);
    let list = app.call(SUPERUSER, "GET /api/backups").await.is(200).json();
    assert_eq!(list[0]["key"], "a.zip");
    assert_eq!(list[0]["size"], bytes.len());
    let modified = list[0]["modified"].as_str().unwrap();
    assert!(modified.len() == 24 && modified.ends_with('Z'), "{modified}");
    assert_eq!(keys(&app).await, ["a.zip", "b.zip", "pb_backup_acme_20260102030405.zip"]);
    app.call(SUPERUSER, "DELETE /api/backups/b.zip").await.is(204);
    assert_eq!(keys(&app).await, ["a.zip", "pb_backup_acme_20260102030405.zip"]);
}

#[tokio::test]
async fn downloads_take_the_file_token_of_a_superuser() {
    let app = TestApp::start().await;
    let whole = backup(&app, "a.zip").await;
    let bobs = app.call(As("bob"), "POST /api/files/token").await.is(200).json();
    let bobs = bobs["token"].as_str().unwrap();
    let refused = json!({"message": "Insufficient permissions to access the resource."});
    for line in ["GET /api/backups/a.zip".to_string(), format!("GET /api/backups/a.zip?token={bobs}")] {
        app.call(SUPERUSER, &line).await.is(403).has(refused.clone());
    }
    let auth = SUPERUSER.token().unwrap();
    app.call(GUEST, &format!("GET /api/backups/a.zip?token={auth}")).await.is(403);
    let token = token(&app).await;
    app.call(GUEST, &format!("GET /api/backups/nothing.zip?token={token}")).await.is(404);
    for path in ["..%2fdata.db", "%2e%2e%2fdata.db", ".", "..%5cdata.db", "%00"] {
        let answer = app.call(GUEST, &format!("GET /api/backups/{path}?token={token}")).await;
        assert!(answer.status == 404 || answer.status == 307, "{path}: {}", answer.status);
    }
    let line = format!("GET /api/backups/a.zip?token={token}");
    let answer = app.call(GUEST, &line).await;
    answer.is(200);
    for (name, value) in [
        ("content-type", "application/zip"),
        ("content-disposition", "attachment; filename=\"a.zip\""),
        ("cache-control", "private, no-store"),
        ("x-frame-options", "SAMEORIGIN"),
        ("accept-ranges", "bytes"),
    ] {
        assert_eq!(answer.header(name), value, "{name}");
    }
    let part = app.call(GUEST, &line).header("Range", "bytes=10-19").await;
    assert_eq!(part.is(206).body, whole[10..20]);
}

#[tokio::test]
async fn refusals() {
    let app = TestApp::start().await;
    backup(&app, "a.zip").await;
    let name = |code: &str| json!({"message": "An error occurred while validating the submitted data.", "data": {"name": {"code": code}}});
    let lines = [
        "GET /api/backups",
        "POST /api/backups",
        "POST /api/backups/upload",
        "DELETE /api/backups/a.zip",
        "POST /api/backups/a.zip/restore",
    ];
    for line in lines {
        app.call(GUEST, line).await.is(401);
        app.call(As("bob"), line).await.is(403);
    }
    let body = |name: &str| json!({ "name": name });
    let mut length = name("validation_length_out_of_range");
    length["data"]["name"]["params"] = json!({"min": 1, "max": 150});
    let gone = json!({"message": "Missing or invalid backup file."});
    app.table(&[
        (SUPERUSER, "POST /api/backups", body("Bad Name"), 400, name("validation_match_invalid")),
        (SUPERUSER, "POST /api/backups", body("../a.zip"), 400, name("validation_match_invalid")),
        (SUPERUSER, "POST /api/backups", body("a.zip"), 400, name("validation_backup_name_exists")),
        (SUPERUSER, "POST /api/backups", body(&"a".repeat(151)), 400, length),
        (SUPERUSER, "POST /api/backups", json!({"name": 1}), 400, Json::Null),
        (SUPERUSER, "POST /api/backups/nothing.zip/restore", Json::Null, 400, gone.clone()),
        (SUPERUSER, "POST /api/backups/..%2fdata.db/restore", Json::Null, 400, gone),
    ])
    .await;
    let answer = app.call(SUPERUSER, "DELETE /api/backups/nothing.zip").await;
    let message = answer.is(400).json()["message"].as_str().unwrap().to_string();
    assert!(message.starts_with("Invalid or already deleted backup file. Raw error: \n"), "{message}");
}

#[tokio::test]
async fn odd_forms() {
    let app = TestApp::start().await;
    let loading = json!({"message": "An error occurred while loading the submitted data."});
    for (body, status, expected) in [
        ("", 204, Json::Null),
        ("{\"name\":null}", 400, json!({"data": {"name": {"code": "validation_backup_name_exists"}}})),
        ("{\"name\":", 400, loading.clone()),
        ("[1]", 400, loading),
    ] {
        let answer = app.call(SUPERUSER, "POST /api/backups").body("application/json", body).await;
        answer.is(status);
        if !expected.is_null() {
            answer.has(expected);
        }
    }
    let longest = format!("{}.zip", "a".repeat(146));
    app.call(SUPERUSER, "POST /api/backups").form(&[("name", longest.as_str())]).await.is(204);
    assert_eq!(keys(&app).await, [longest.as_str(), "pb_backup_acme_20260102030405.zip"]);
    let text = app.call(SUPERUSER, "POST /api/backups/upload").json(json!({"file": "a.zip"})).await;
    text.is(400).has(json!({"data": {"file": {"code": "validation_required"}}}));
}

#[tokio::test]
async fn a_file_token_is_good_where_and_as_long_as_its_superuser_is() {
    let app = TestApp::start().await;
    backup(&app, "a.zip").await;
    let line = format!("GET /api/backups/a.zip?token={}", token(&app).await);
    let head = app.call(GUEST, &line.replace("GET", "HEAD")).await;
    assert_eq!((head.is(200).header("content-type"), head.body.len()), ("application/zip", 0));
    let trusted = json!({"superuserIPs": ["127.0.0.1", "10.0.0.1"], "trustedProxy": {"headers": ["X-Real-IP"]}});
    app.call(SUPERUSER, "PATCH /api/settings").json(trusted).await.is(200);
    app.call(GUEST, &line).header("X-Real-IP", "10.0.0.1").await.is(200);
    let elsewhere = app.call(GUEST, &line).header("X-Real-IP", "10.0.0.2").await;
    elsewhere.refuses(403, "Insufficient permissions to access the resource.");
    app.wait_ms(200_000);
    app.call(GUEST, &line).await.refuses(403, "Insufficient permissions to access the resource.");
}

#[tokio::test]
async fn what_is_sent_may_be_larger_than_any_other_body() {
    let app = TestApp::start().await;
    std::fs::write(app.dir().join("data/noise.zip"), vec![7; 34 << 20]).unwrap();
    let large = backup(&app, "a.zip").await;
    assert!(large.len() > 33 << 20);
    send(&app, "b.zip", large).await.is(204);
    assert_eq!(keys(&app).await, ["a.zip", "b.zip"]);
}

#[tokio::test]
async fn only_backups_can_be_sent() {
    let app = TestApp::start().await;
    let good = backup(&app, "a.zip").await;
    let file = |code: &str| json!({"data": {"file": {"code": code}}});
    app.call(SUPERUSER, "POST /api/backups/upload").await.is(400).has(file("validation_required"));
    send(&app, "a.txt", b"hello".to_vec()).await.is(400).has(file("validation_invalid_mime_type"));
    send(&app, "a.zip", good.clone()).await.is(400).has(file("validation_backup_name_exists"));
    let other = archive::of(&[("readme.txt", b"hello")]);
    send(&app, "b.zip", other).await.is(400).has(file("validation_invalid_backup"));
    send(&app, "b.zip", good[..good.len() - 100].to_vec()).await.is(400).has(file("validation_invalid_backup"));
    send(&app, "../../Odd Näme.ZIP", good.clone()).await.is(204);
    assert_eq!(keys(&app).await, ["Odd Näme.ZIP", "a.zip"]);
    let line = format!("GET /api/backups/Odd%20N%C3%A4me.ZIP?token={}", token(&app).await);
    assert_eq!(app.call(GUEST, &line).await.is(200).body, good);
    app.call(SUPERUSER, "DELETE /api/backups/Odd%20N%C3%A4me.ZIP").await.is(204);
}

#[tokio::test]
async fn nobody_waits_while_one_is_made_and_it_is_of_one_moment() {
    let app = TestApp::start().await;
    let fill = "INSERT INTO posts (id, title) WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i + 1 FROM n \
                WHERE i < 50000) SELECT printf('%015d', i), hex(randomblob(200)) FROM n";
    app.call(SUPERUSER, "POST /api/sql").json(json!({ "query": fill })).await.is(200);
    let (id, cover) = picture(&app, "goes meanwhile", b"the bytes").await;
    let backups = app.services.backups.clone();
    let made = tokio::spawn(async move { backups.create("busy.zip").await });
    let (mut slowest, mut writes) = (Duration::ZERO, 0);
    app.call(SUPERUSER, &format!("DELETE /api/collections/posts/records/{id}")).await.is(204);
    while !made.is_finished() {
        let began = Instant::now();
        app.call(GUEST, "POST /api/collections/posts/records").json(json!({"title": "x"})).await.is(200);
        slowest = slowest.max(began.elapsed());
        writes += 1;
    }
    made.await.unwrap().unwrap();
    assert!(writes > 3, "{writes} writes");
    // What is promised is 100 ms; a machine that runs many tests at a time may take its time.
    assert!(slowest < Duration::from_secs(2), "{slowest:?}");

    // If the archive still has the record, it has the file; the data directory has neither.
    let line = format!("GET /api/backups/busy.zip?token={}", token(&app).await);
    let bytes = app.call(GUEST, &line).await.is(200).body.clone();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("data.db");
    std::fs::write(&path, archive::file(&bytes, "data.db")).unwrap();
    cratebase::store::examine(&path).unwrap();
    let database = rusqlite::Connection::open(&path).unwrap();
    let count = "SELECT count(*) FROM posts WHERE id = ?";
    let rows: i64 = database.query_row(count, [&id], |row| row.get(0)).unwrap();
    let has_file = archive::names(&bytes).iter().any(|name| name.ends_with(&cover));
    assert!(has_file || rows == 0);
    let left = std::fs::read_dir(app.dir().join("data/storage")).unwrap().flatten();
    assert!(!left.map(|entry| entry.path().join(&id)).any(|path| path.join(&cover).exists()));
}

/// That no write waits for a backup, not even for the 100 ms that are promised, is a matter of locks: nobody else writes here,
/// so that whoever asks for the writer's lock is refused only if a backup holds it.
#[tokio::test]
async fn the_lock_of_writers_stays_free_while_one_is_made() {
    let app = TestApp::start().await;
    let fill = "INSERT INTO posts (id, title) WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i + 1 FROM n \
                WHERE i < 100000) SELECT printf('%015d', i), hex(randomblob(200)) FROM n";
    app.call(SUPERUSER, "POST /api/sql").json(json!({ "query": fill })).await.is(200);
    // Afterwards the writer knows what was done by hand and has nothing to see to.
    app.call(GUEST, "POST /api/collections/posts/records").json(json!({"title": "x"})).await.is(200);
    let database = rusqlite::Connection::open(app.dir().join("data/data.db")).unwrap();
    database.busy_timeout(Duration::ZERO).unwrap();
    let backups = app.services.backups.clone();
    let made = tokio::spawn(async move { backups.create("quiet.zip").await });
    let (mut free, mut held, mut longest) = (0, None, Duration::ZERO);
    while !made.is_finished() {
        match database.execute_batch("BEGIN IMMEDIATE; ROLLBACK") {
            Ok(()) => (free, held) = (free + 1, None),
            Err(_) => longest = longest.max(held.get_or_insert_with(Instant::now).elapsed()),
        }
        tokio::task::yield_now().await;
    }
    made.await.unwrap().unwrap();
    assert!(free > 20, "the lock was free {free} times");
    assert!(longest < Duration::from_millis(100), "somebody held it for {longest:?}");
}

/// What became of two requests for one name: one has it, the other is told so.
fn one_has_it(answers: [&Answer; 2], field: &str) -> usize {
    let refused = answers.iter().position(|answer| answer.status != 204).expect("one is refused");
    answers[1 - refused].is(204);
    let taken = json!({"data": {field: {"code": "validation_backup_name_exists"}}});
    answers[refused].is(400).has(taken);
    1 - refused
}

/// Also where the shelf would take the second for a new version of the first.
#[tokio::test]
async fn of_two_that_are_sent_under_one_name_at_once_one_is_kept() {
    let app = TestApp::start().await;
    let first = backup(&app, "first.zip").await;
    std::fs::write(app.dir().join("data/own.txt"), "more").unwrap();
    let second = backup(&app, "second.zip").await;
    for place in ["folder", "bucket"] {
        let bucket = Bucket::new().await;
        if place == "bucket" {
            bucket.serve_backups(&app).await;
        }
        for _ in 0..5 {
            let (a, b) = tokio::join!(send(&app, "same.zip", first.clone()), send(&app, "same.zip", second.clone()));
            let kept = [&first, &second][one_has_it([&a, &b], "file")];
            let line = format!("GET /api/backups/same.zip?token={}", token(&app).await);
            assert!(app.call(GUEST, &line).await.is(200).body == *kept, "in the {place} it is whole, and the winner's");
            app.call(SUPERUSER, "DELETE /api/backups/same.zip").await.is(204);
        }
        if place == "folder" {
            assert_eq!(std::fs::read_dir(app.dir().join("data/backups")).unwrap().count(), 2, "nothing half stays");
        }
    }
}

#[tokio::test]
async fn a_name_is_given_once_to_what_is_sent_and_what_is_made() {
    let app = TestApp::start().await;
    let sent = backup(&app, "first.zip").await;
    for _ in 0..5 {
        let (sent, made) = tokio::join!(send(&app, "same.zip", sent.clone()), async {
            app.call(SUPERUSER, "POST /api/backups").json(json!({"name": "same.zip"})).await
        });
        let field = if sent.status == 204 { "name" } else { "file" };
        one_has_it([&sent, &made], field);
        app.call(SUPERUSER, "DELETE /api/backups/same.zip").await.is(204);
    }
}

#[tokio::test]
async fn one_is_made_at_a_time_and_stays_while_it_is() {
    let app = TestApp::start().await;
    let (one, two) = tokio::join!(
        async { app.call(SUPERUSER, "POST /api/backups").json(json!({"name": "one.zip"})).await },
        async { app.call(SUPERUSER, "POST /api/backups").json(json!({"name": "two.zip"})).await },
    );
    // Unless the machine was so slow that the second came when the first was made.
    let again = "Try again later - another backup/restore process has already been started.";
    if let Some(refused) = [&one, &two].into_iter().find(|answer| answer.status != 204) {
        refused.refuses(400, again);
    }

    let fill = "INSERT INTO posts (id, title) WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i + 1 FROM n \
                WHERE i < 100000) SELECT printf('%015d', i), hex(randomblob(200)) FROM n";
    app.call(SUPERUSER, "POST /api/sql").json(json!({ "query": fill })).await.is(200);
    let backups = app.services.backups.clone();
    let made = tokio::spawn(async move { backups.create("busy.zip").await });
    while app.services.backups.is_idle() {
        tokio::task::yield_now().await;
    }
    let health = app.call(SUPERUSER, "GET /api/health").await.json();
    assert_eq!(health["data"]["canBackup"], false);
    let message = "The backup is currently being used and cannot be deleted.";
    app.call(SUPERUSER, "DELETE /api/backups/busy.zip").await.refuses(400, message);
    app.call(SUPERUSER, "POST /api/backups").await.refuses(400, again);
    app.call(SUPERUSER, "POST /api/backups/busy.zip/restore").await.refuses(400, again);
    made.await.unwrap().unwrap();
    let health = app.call(SUPERUSER, "GET /api/health").await.json();
    assert_eq!(health["data"]["canBackup"], true);
    app.call(SUPERUSER, "DELETE /api/backups/busy.zip").await.is(204);
}
