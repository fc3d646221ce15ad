//! Backups in a bucket: everything as in the folder, and nothing half when the bucket fails.

use std::time::Duration;

use serde_json::{Value as Json, json};

use crate::support::{Bucket, Fault, GUEST, Process, SUPERUSER, TestApp, client, copy_of_template};

use super::{archive, backup, keys, picture, plant, send, titles, token};

const AWAY: &str = "The file storage cannot be reached.";
const REFUSED: &str = "The backups cannot be reached: the file storage refuses: status 403.";

/// A server whose backups are in a bucket that answers within a second or not at all.
async fn in_bucket() -> (TestApp, Bucket) {
    let app = TestApp::start_with(|config| config.files.bucket_timeout_s = 1).await;
    let bucket = Bucket::new().await;
    bucket.serve_backups(&app).await;
    (app, bucket)
}

/// A file that goes into the archive and is no smaller there: archives are then sent in parts.
fn weigh(app: &TestApp, bytes: u32) {
    let noise = |n: u32| (n.wrapping_mul(2_654_435_761) >> 13) as u8;
    std::fs::write(app.dir().join("data/noise.zip"), (0..bytes).map(noise).collect::<Vec<u8>>()).unwrap();
}

/// Names in the folder where archives are made.
fn folder(app: &TestApp) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(app.dir().join("data/backups")) else { return Vec::new() };
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

async fn create(app: &TestApp, name: &str) -> crate::support::Answer {
    app.call(SUPERUSER, "POST /api/backups").json(json!({ "name": name })).await
}

#[tokio::test]
async fn archives_are_made_listed_fetched_and_removed_there() {
    let (app, bucket) = in_bucket().await;
    bucket.put("pbc_1/abc/photo.png", "of the records").await;
    assert_eq!(keys(&app).await, Vec::<String>::new());
    weigh(&app, 19_000_000);
    bucket.seen();
    let bytes = backup(&app, "large.zip").await;
    let parts = bucket.seen().iter().filter(|line| line.starts_with("PUT") && line.contains("partNumber")).count();
    assert!(parts >= 3, "{parts} parts");
    assert_eq!(bucket.object("large.zip").await.headers()["content-type"], "application/zip");
    assert!(archive::names(&bytes).contains(&"noise.zip".to_string()));
    assert!(folder(&app).is_empty(), "nothing stays on the disk: {:?}", folder(&app));

    let list = app.call(SUPERUSER, "GET /api/backups").await.is(200).json();
    assert_eq!((&list[0]["key"], &list[0]["size"]), (&json!("large.zip"), &json!(bytes.len())));
    assert_eq!(list[0]["modified"].as_str().unwrap().len(), 24);
    let line = format!("GET /api/backups/large.zip?token={}", token(&app).await);
    let part = app.call(GUEST, &line).header("Range", "bytes=10-19").await;
    assert_eq!(part.is(206).body, bytes[10..20]);
    let head = app.call(GUEST, &line.replace("GET", "HEAD")).await;
    assert_eq!(head.is(200).header("content-length"), bytes.len().to_string());
    assert_eq!(head.header("content-disposition"), "attachment; filename=\"large.zip\"");
    app.call(GUEST, &line.replace("large", "nothing")).await.is(404);
    app.call(GUEST, &line.replace("large.zip", "pbc_1%2Fabc%2Fphoto.png")).await.is(404);

    let taken = json!({"data": {"name": {"code": "validation_backup_name_exists"}}});
    create(&app, "large.zip").await.is(400).has(taken);
    app.call(SUPERUSER, "DELETE /api/backups/large.zip").await.is(204);
    assert_eq!(bucket.keys().await, ["pbc_1/abc/photo.png"]);
    let message = "Invalid or already deleted backup file. Raw error: \nthere is no such file.";
    for key in ["large.zip", "pbc_1%2Fabc%2Fphoto.png"] {
        app.call(SUPERUSER, &format!("DELETE /api/backups/{key}")).await.refuses(400, message);
    }
    app.call(SUPERUSER, "POST /api/backups/large.zip/restore").await.refuses(400, "Missing or invalid backup file.");
}

#[tokio::test]
async fn a_name_that_is_free_again_is_another_archive() {
    let (app, _bucket) = in_bucket().await;
    let first = backup(&app, "a.zip").await;
    app.call(SUPERUSER, "DELETE /api/backups/a.zip").await.is(204);
    weigh(&app, 10_000);
    let second = backup(&app, "a.zip").await;
    assert!(first.len() < second.len(), "not what was known of the first");
}

#[tokio::test]
async fn what_is_sent_is_checked_and_kept_there() {
    let (app, bucket) = in_bucket().await;
    weigh(&app, 9_000_000);
    let good = backup(&app, "a.zip").await;
    let file = |code: &str| json!({"data": {"file": {"code": code}}});
    send(&app, "a.zip", good.clone()).await.is(400).has(file("validation_backup_name_exists"));
    send(&app, "b.zip", archive::of(&[("readme.txt", b"hello")])).await.is(400).has(file("validation_invalid_backup"));
    send(&app, "Odd Näme?.zip", good.clone()).await.is(204);
    assert_eq!(keys(&app).await, ["Odd Näme?.zip", "a.zip"]);
    let line = format!("GET /api/backups/Odd%20N%C3%A4me%3F.zip?token={}", token(&app).await);
    assert!(app.call(GUEST, &line).await.is(200).body == good);
    app.call(SUPERUSER, "DELETE /api/backups/Odd%20N%C3%A4me%3F.zip").await.is(204);
    assert_eq!(bucket.keys().await, ["a.zip"]);
    assert!(folder(&app).is_empty());
}

#[tokio::test]
async fn one_from_the_bucket_brings_everything_back() {
    let (app, bucket) = in_bucket().await;
    picture(&app, "before", b"the bytes").await;
    weigh(&app, 9_000_000);
    backup(&app, "good.zip").await;
    picture(&app, "after", b"other bytes").await;
    // It breaks off on the way and goes on.
    bucket.fail("GET", Fault::Cut(4_000_000), 1);
    app.call(SUPERUSER, "POST /api/backups/good.zip/restore").await.is(204);
    app.services.backups.restart_wanted().await;
    let app = app.restart_with(|config| config.files.bucket_timeout_s = 1).await;
    assert_eq!(titles(&app).await, ["before"]);
    assert!(folder(&app).is_empty());
    // The settings of then did know of the bucket.
    assert_eq!(keys(&app).await, ["good.zip"]);
}

#[tokio::test]
async fn changing_the_setting_moves_nothing() {
    let (app, bucket) = in_bucket().await;
    let bytes = backup(&app, "far.zip").await;
    let off = json!({"backups": {"s3": {"enabled": false}}});
    app.call(SUPERUSER, "PATCH /api/settings").json(off).await.is(200);
    plant(&app, "near.zip", &bytes);
    assert_eq!(keys(&app).await, ["near.zip"]);
    bucket.serve_backups(&app).await;
    assert_eq!(keys(&app).await, ["far.zip"]);
}

#[tokio::test]
async fn only_the_newest_are_kept() {
    let (app, bucket) = in_bucket().await;
    bucket.put("@auto_pb_backup_/of/somebody", "else").await;
    let settings = json!({"backups": {"cron": "5 * * * *", "cronMaxKeep": 2}});
    app.call(SUPERUSER, "PATCH /api/settings").json(settings).await.is(200);
    app.wait_ms(60_000);
    for _ in 0..3 {
        app.services.jobs.tick();
        assert!(app.services.jobs.settle(Duration::from_secs(30)).await);
        app.wait_ms(3_600_000);
    }
    let kept = ["@auto_pb_backup_acme_20260102040505.zip", "@auto_pb_backup_acme_20260102050505.zip"];
    assert_eq!(keys(&app).await, kept);
    assert_eq!(bucket.keys().await.len(), 3);
}

#[tokio::test]
async fn while_it_is_away_that_is_said_and_nothing_half_stays() {
    let (app, bucket) = in_bucket().await;
    weigh(&app, 9_000_000);
    let good = backup(&app, "good.zip").await;
    for fault in [Fault::Status(503), Fault::Silence, Fault::Cut(0)] {
        for method in ["GET", "HEAD", "PUT", "POST"] {
            bucket.fail(method, fault, usize::MAX);
        }
        app.call(SUPERUSER, "GET /api/backups").await.refuses(503, AWAY);
        create(&app, "new.zip").await.refuses(503, AWAY);
        app.call(SUPERUSER, "POST /api/backups/good.zip/restore").await.refuses(503, AWAY);
        let line = format!("GET /api/backups/good.zip?token={}", token(&app).await);
        app.call(GUEST, &line).await.refuses(503, AWAY);
        bucket.heal();
        // It goes away when the archive is made and its name was found free.
        for method in ["PUT", "POST"] {
            bucket.fail(method, fault, usize::MAX);
        }
        create(&app, "new.zip").await.refuses(503, AWAY);
        send(&app, "new.zip", good.clone()).await.refuses(503, AWAY);
        bucket.heal();
        assert_eq!(keys(&app).await, ["good.zip"], "{fault:?}");
        assert!(folder(&app).is_empty(), "{fault:?}: {:?}", folder(&app));
        let health = app.call(SUPERUSER, "GET /api/health").await.json();
        assert_eq!(health["data"]["canBackup"], true, "{fault:?}");
    }
}

#[tokio::test]
async fn what_it_refuses_is_for_superusers_to_see_to() {
    let (app, bucket) = in_bucket().await;
    backup(&app, "good.zip").await;
    bucket.fail("", Fault::Status(403), usize::MAX);
    app.call(SUPERUSER, "GET /api/backups").await.refuses(400, REFUSED);
    create(&app, "new.zip").await.refuses(400, REFUSED);
    app.call(SUPERUSER, "DELETE /api/backups/good.zip").await.refuses(400, REFUSED);
    app.call(SUPERUSER, "POST /api/backups/good.zip/restore").await.refuses(400, REFUSED);
    bucket.heal();
    bucket.fail("PUT", Fault::Status(403), 1);
    create(&app, "new.zip").await.refuses(400, &format!("Failed to create backup. Raw error: \n{REFUSED}"));
    assert_eq!(keys(&app).await, ["good.zip"]);
}

/// The most memory a process ever had.
fn peak_mib(id: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{id}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() / 1024
}

#[tokio::test]
async fn an_archive_is_never_in_memory() {
    let dir = copy_of_template().await;
    let bucket = Bucket::new().await;
    let server = Process::start(dir.path());
    let (client, base) = (client(), format!("http://{}", server.address));
    let form = json!({"identity": "root@example.com", "password": "correct horse"});
    let line = format!("{base}/api/collections/_superusers/auth-with-password");
    let signed_in: Json = client.post(line).json(&form).send().await.unwrap().json().await.unwrap();
    let auth = signed_in["token"].as_str().unwrap();
    let settings = json!({"backups": {"s3": bucket.settings()}});
    let saved = client.patch(format!("{base}/api/settings")).header("Authorization", auth).json(&settings);
    assert_eq!(saved.send().await.unwrap().status(), 200);
    std::fs::write(dir.path().join("data/noise.zip"), vec![7; 200 << 20]).unwrap();
    let before = peak_mib(server.id());

    let make = client.post(format!("{base}/api/backups")).header("Authorization", auth).json(&json!({"name": "a.zip"}));
    assert_eq!(make.send().await.unwrap().status(), 204);
    let file_token = client.post(format!("{base}/api/files/token")).header("Authorization", auth);
    let file_token: Json = file_token.send().await.unwrap().json().await.unwrap();
    let token = file_token["token"].as_str().unwrap();
    let mut download = client.get(format!("{base}/api/backups/a.zip?token={token}")).send().await.unwrap();
    let mut bytes = 0;
    while let Some(chunk) = download.chunk().await.unwrap() {
        bytes += chunk.len();
    }
    assert!(bytes > 200 << 20, "{bytes}");
    let grown = peak_mib(server.id()) - before;
    assert!(grown < 70, "{grown} MiB more for {} MiB", bytes >> 20);
}

#[tokio::test]
async fn one_that_never_comes_whole_replaces_nothing() {
    let (app, bucket) = in_bucket().await;
    picture(&app, "here", b"the bytes").await;
    weigh(&app, 9_000_000);
    backup(&app, "good.zip").await;
    bucket.fail("GET", Fault::Cut(100_000), usize::MAX);
    app.call(SUPERUSER, "POST /api/backups/good.zip/restore").await.refuses(503, AWAY);
    bucket.heal();
    // Somebody cut it.
    bucket.put("cut.zip", "PK\x03\x04 and no more").await;
    let answer = app.call(SUPERUSER, "POST /api/backups/cut.zip/restore").await;
    let message = answer.is(400).json()["message"].as_str().unwrap().to_string();
    assert!(message.starts_with("The backup cannot be restored. Raw error: \n"), "{message}");
    assert!(folder(&app).is_empty() && !app.dir().join("data/.restore").exists());
    let app = app.restart().await;
    assert_eq!(titles(&app).await, ["here"]);
}
