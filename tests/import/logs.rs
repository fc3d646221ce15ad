//! The log of requests moves in, without the secrets in it; what is wrong with it stops nobody.

use std::fs;
use std::path::Path;

use rusqlite::Connection;
use serde_json::json;

use super::answers::{ask, serve};
use super::{World, texts};

/// What is done to the file.
type Spoil<'a> = &'a dyn Fn(&Path);

/// Entries as the real server writes them, and odd ones; the last are only in the write-ahead log.
fn fill(world: &World) -> Connection {
    let db = Connection::open(world.source().join("auxiliary.db")).unwrap();
    db.execute_batch(
        r#"PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0;
        INSERT INTO _logs (id, level, message, data, created) VALUES
        ('second000000000', 8, 'GET /api/files/a/b/c.png?token=abc&thumb=1x1',
         '{"type":"request","status":404,"url":"/api/files/a/b/c.png?token=abc","auth":""}', '2026-01-02 03:04:05.000Z'),
        ('first0000000000', 0, 'GET /api/health', '{"type":"request","status":200,"execTime":0.5}', '2026-01-01 00:00:00.000Z'),
        ('odd000000000000', -4, X'6869', '[1]', '2026-01-03T00:00:00Z');
        INSERT INTO _logs (id, level, message, data, created) VALUES
        ('last00000000000', 4, 'note', 'no json', '2026-01-04 00:00:00.000Z')"#,
    )
    .unwrap();
    db
}

#[test]
fn entries_arrive_in_their_order_and_without_secrets() {
    let world = World::new();
    let open = fill(&world);
    let report = world.import();
    drop(open);
    assert_eq!(report.log_entries, 4);
    assert!(report.to_string().contains(", 4 entries of the log imported in"), "{report}");
    let db = Connection::open(world.target().join("auxiliary.db")).unwrap();
    let all = "SELECT id || '|' || level || '|' || message || '|' || data || '|' || created FROM _logs ORDER BY rowid";
    let expected = [
        "first0000000000|0|GET /api/health|{\"type\":\"request\",\"status\":200,\"execTime\":0.5}|2026-01-01 00:00:00.000Z",
        "second000000000|8|GET /api/files/a/b/c.png?token=***&thumb=1x1|{\"type\":\"request\",\"status\":404,\
         \"url\":\"/api/files/a/b/c.png?token=***\",\"auth\":\"\"}|2026-01-02 03:04:05.000Z",
        "odd000000000000|-4|hi|{}|2026-01-03 00:00:00.000Z",
        "last00000000000|4|note|{}|2026-01-04 00:00:00.000Z",
    ];
    assert_eq!(texts(&db, all), expected);
    let left: Vec<_> = fs::read_dir(world.target()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(!left.iter().any(|name| name.to_string_lossy().starts_with(".source")), "{left:?}");
}

#[tokio::test]
async fn the_api_shows_them_beside_new_ones() {
    let world = World::new();
    drop(fill(&world));
    world.import();
    let expected = world.expected();
    let server = serve(&world, &expected).await;
    let root = expected["tokens"]["superuser"].as_str().unwrap();
    let list = ask(&server, root, "/api/logs?filter=data.status=404%26%26data.type='request'&sort=-created").await;
    assert_eq!((&list["totalItems"], &list["items"][0]["id"]), (&json!(1), &json!("second000000000")));
    // An id of the other system does not tell its time.
    let one = ask(&server, root, "/api/logs/second000000000").await;
    assert_eq!(one, list["items"][0]);
    let stats = ask(&server, root, "/api/logs/stats?filter=created<'2026-01-02'").await;
    assert_eq!(stats, json!([{"date": "2026-01-01 00:00:00.000Z", "total": 1}]));
    server.stop().await.unwrap();
}

#[test]
fn a_log_that_cannot_be_read_is_told_and_stops_nobody() {
    let no_database = |path: &Path| fs::write(path, "not a database, by far not one at all").unwrap();
    let no_table = |path: &Path| Connection::open(path).unwrap().execute_batch("DROP TABLE _logs").unwrap();
    let no_file = |path: &Path| {
        fs::remove_file(path).unwrap();
        std::os::unix::fs::symlink("/etc/passwd", path).unwrap();
    };
    let spoiled: [(&str, Spoil<'_>); 3] =
        [("file is not a database", &no_database), ("no such table", &no_table), ("which is no file", &no_file)];
    for (why, spoil) in spoiled {
        let world = World::new();
        spoil(&world.source().join("auxiliary.db"));
        let told = world.import().to_string();
        assert!(told.contains("auxiliary.db") && told.contains(why), "{why}: {told}");
        assert!(!world.target().join("auxiliary.db").exists(), "{why}");
        assert!(world.target().join("data.db").exists());
    }
    let world = World::new();
    fs::remove_file(world.source().join("auxiliary.db")).unwrap();
    assert_eq!(world.import().log_entries, 0);
}
