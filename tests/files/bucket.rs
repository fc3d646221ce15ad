//! Files in a bucket: the same answers as from a folder, and what happens when the bucket fails.

use image::ImageFormat::Png;
use reqwest::StatusCode;
use serde_json::{Value as Json, json};

use super::{add, albums_with, get, path, picture};
use crate::support::{As, Bucket, Fault, GUEST, SUPERUSER, TestApp};

/// `albums` whose files are in a bucket that answers within a second or not at all.
async fn albums_in_bucket() -> (TestApp, Bucket) {
    let app = albums_with(|config| config.files.bucket_timeout_s = 1).await;
    let bucket = Bucket::new().await;
    bucket.serve(&app).await;
    (app, bucket)
}

/// The key of the file behind a path.
fn key(record: &Json, path: &str) -> String {
    let name = path.rsplit('/').next().unwrap();
    format!("{}/{}/{name}", record["collectionId"].as_str().unwrap(), record["id"].as_str().unwrap())
}

fn bytes(len: u32) -> Vec<u8> {
    (0..len).map(|n| (n ^ (n >> 8) ^ (n >> 16)) as u8).collect()
}

fn storage(app: &TestApp) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(app.dir().join("data/storage")) else { return Vec::new() };
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.filter(|name| !name.starts_with('.')).collect()
}

#[tokio::test]
async fn a_file_of_any_size_comes_back_as_it_was_sent() {
    let (app, bucket) = albums_in_bucket().await;
    for (len, puts) in [(0, 1), (5, 1), (300_000, 1), (8 << 20, 1), (19_000_000, 3)] {
        let sent = bytes(len);
        bucket.seen();
        let record = add(&app, "pictures", "Some File.bin", &sent).await;
        let seen = bucket.seen();
        assert_eq!(seen.iter().filter(|line| line.starts_with("PUT")).count(), puts, "{len}: {seen:?}");
        let file = path(&record, "pictures");
        let answer = app.call(GUEST, &get(&file)).await;
        assert!(answer.is(200).body == sent, "{len}");
        assert_eq!(answer.header("content-length"), len.to_string());
        let kept = bucket.object(&key(&record, &file)).await;
        assert_eq!(kept.headers()["x-amz-meta-original-filename"], "Some%20File%2Ebin");
        assert!(kept.bytes().await.unwrap() == sent, "{len}");
    }
    assert!(storage(&app).is_empty(), "nothing stays in the folder");
}

#[tokio::test]
async fn types_are_those_of_the_objects() {
    let (app, bucket) = albums_in_bucket().await;
    let record = add(&app, "paper", "a.png", b"<html><script>alert(1)</script>").await;
    let file = path(&record, "paper");
    let kept = bucket.object(&key(&record, &file)).await;
    assert_eq!(kept.headers()["content-type"], "text/html; charset=utf-8");
    let answer = app.call(GUEST, &get(&file)).await;
    assert_eq!(answer.is(200).header("content-type"), "text/html; charset=utf-8");
    assert!(answer.header("content-disposition").starts_with("attachment"));
    assert!(answer.header("content-security-policy").ends_with("sandbox"));
}

#[tokio::test]
async fn parts_conditions_and_heads_are_as_from_a_folder() {
    let (app, bucket) = albums_in_bucket().await;
    let sent = bytes(1_000_000);
    let file = path(&add(&app, "paper", "large.bin", &sent).await, "paper");
    let part = app.call(GUEST, &get(&file)).header("Range", "bytes=999990-").await;
    assert_eq!(part.is(206).body, sent[999_990..]);
    assert_eq!(part.header("content-range"), "bytes 999990-999999/1000000");
    let several = app.call(GUEST, &get(&file)).header("Range", "bytes=0-1,500-502").await;
    assert!(several.is(206).header("content-type").starts_with("multipart/byteranges; boundary="));
    assert_eq!(several.header("content-length"), several.body.len().to_string());
    let beyond = app.call(GUEST, &get(&file)).header("Range", "bytes=1000000-").await;
    assert_eq!(beyond.is(416).header("content-range"), "bytes */1000000");
    bucket.seen();
    let head = app.call(GUEST, &format!("HEAD {file}")).await;
    assert_eq!((head.is(200).header("content-length"), head.body.len()), ("1000000", 0));
    let tag = head.header("etag").to_string();
    app.call(GUEST, &get(&file)).header("If-None-Match", &tag).await.is(304);
    let fetched = bucket.seen();
    assert!(fetched.iter().all(|line| !line.starts_with("GET")), "no bytes for nobody: {fetched:?}");
}

#[tokio::test]
async fn thumbnails_are_kept_in_the_bucket_and_go_with_their_original() {
    let (app, bucket) = albums_in_bucket().await;
    let record = add(&app, "pictures", "a.png", &picture(120, 80, Png)).await;
    let file = path(&record, "pictures");
    let (line, key) = (get(&format!("{file}?thumb=40x30")), key(&record, &file));
    let first = app.call(GUEST, &line).await;
    let drawn = image::load_from_memory(&first.is(200).body).unwrap();
    assert_eq!((drawn.width(), drawn.height(), first.header("content-type")), (40, 30, "image/png"));
    let (folder, name) = key.rsplit_once('/').unwrap();
    let thumb = format!("{folder}/thumbs_{name}/40x30_{name}");
    assert_eq!(bucket.keys().await, [key.clone(), thumb]);
    bucket.seen();
    assert_eq!(app.call(GUEST, &line).await.is(200).body, first.body);
    assert_eq!(bucket.seen().len(), 1, "the second time it is only fetched");
    let change = json!({"pictures": []});
    let id = record["id"].as_str().unwrap();
    app.call(GUEST, &format!("PATCH /api/collections/albums/records/{id}")).json(change).await.is(200);
    app.call(GUEST, &line).await.is(404);
    app.settle().await;
    assert!(bucket.keys().await.is_empty());
}

#[tokio::test]
async fn a_record_goes_with_its_files_and_a_collection_with_its_records() {
    let (app, bucket) = albums_in_bucket().await;
    let first = add(&app, "pictures", "a.txt", b"one").await;
    add(&app, "paper", "b.txt", b"two").await;
    bucket.put("of-somebody-else/x/y", "theirs").await;
    assert_eq!(bucket.keys().await.len(), 3);
    let line = format!("DELETE /api/collections/albums/records/{}", first["id"].as_str().unwrap());
    app.call(GUEST, &line).await.is(204);
    app.settle().await;
    assert_eq!(bucket.keys().await.len(), 2);
    app.call(SUPERUSER, "DELETE /api/collections/albums").await.is(204);
    app.settle().await;
    assert_eq!(bucket.keys().await, ["of-somebody-else/x/y"]);
}

#[tokio::test]
async fn protected_files_stay_protected() {
    let (app, _bucket) = albums_in_bucket().await;
    let secret = path(&add(&app, "secret", "s.txt", b"secret").await, "secret");
    app.call(GUEST, &get(&secret)).await.is(404);
    let token = app.call(As("alice"), "POST /api/files/token").await.is(200).json();
    let line = format!("{}?token={}", get(&secret), token["token"].as_str().unwrap());
    assert_eq!(app.call(GUEST, &line).await.is(200).body, b"secret");
}

#[tokio::test]
async fn changing_the_setting_moves_nothing_and_loses_nothing() {
    let app = albums_with(|_| {}).await;
    let old = add(&app, "paper", "old.txt", b"old").await;
    let bucket = Bucket::new().await;
    bucket.serve(&app).await;
    let new = path(&add(&app, "paper", "new.txt", b"new").await, "paper");
    assert_eq!(app.call(GUEST, &get(&path(&old, "paper"))).await.is(200).body, b"old");
    assert_eq!(app.call(GUEST, &get(&new)).await.is(200).body, b"new");
    assert_eq!(bucket.keys().await.len(), 1);
    let off = json!({"s3": {"enabled": false}});
    app.call(SUPERUSER, "PATCH /api/settings").json(off).await.is(200);
    app.call(GUEST, &get(&new)).await.is(404);
    bucket.serve(&app).await;
    let line = format!("DELETE /api/collections/albums/records/{}", old["id"].as_str().unwrap());
    app.call(GUEST, &line).await.is(204);
    app.settle().await;
    app.call(GUEST, &get(&path(&old, "paper"))).await.is(404);
    let folder = app.dir().join("data/storage").join(old["collectionId"].as_str().unwrap());
    assert_eq!(std::fs::read_dir(folder).unwrap().count(), 0, "what was left in the folder goes too");
}

#[tokio::test]
async fn a_server_that_stumbles_is_asked_again() {
    let (app, bucket) = albums_in_bucket().await;
    let sent = bytes(9_000_000);
    for fault in [Fault::Status(503), Fault::Status(500), Fault::Cut(10)] {
        bucket.fail("PUT", fault, 1);
        bucket.fail("POST", fault, usize::from(matches!(fault, Fault::Status(_))));
        let file = path(&add(&app, "pictures", "a.bin", &sent).await, "pictures");
        bucket.fail("GET", fault, 1);
        assert!(app.call(GUEST, &get(&file)).await.is(200).body == sent, "{fault:?}");
    }
    let file = path(&add(&app, "pictures", "a.bin", &sent).await, "pictures");
    bucket.fail("GET", Fault::Cut(4_000_000), 1);
    assert!(app.call(GUEST, &get(&file)).await.is(200).body == sent, "it goes on where it was cut off");
}

#[tokio::test]
async fn while_the_bucket_is_away_uploads_are_refused_and_leave_nothing() {
    let (app, bucket) = albums_in_bucket().await;
    let file = path(&add(&app, "paper", "a.txt", b"hello").await, "paper");
    for fault in [Fault::Status(503), Fault::Silence, Fault::Cut(0)] {
        for method in ["GET", "HEAD", "PUT", "POST"] {
            bucket.fail(method, fault, usize::MAX);
        }
        for len in [10, 9_000_000] {
            let part = reqwest::multipart::Part::bytes(bytes(len)).file_name("a.bin");
            let form = reqwest::multipart::Form::new().part("pictures", part);
            let answer = app.call(As("alice"), "POST /api/collections/albums/records").multipart(form).await;
            answer.refuses(503, "The file storage cannot be reached.");
        }
        app.call(GUEST, &get(&file)).await.refuses(503, "The file storage cannot be reached.");
        // Everything else goes on.
        let list = app.call(SUPERUSER, "GET /api/collections/albums/records").await.is(200).json();
        assert_eq!(list["totalItems"], 1, "{fault:?}");
        bucket.heal();
        assert_eq!(app.call(GUEST, &get(&file)).await.is(200).body, b"hello");
    }
    app.settle().await;
    // A put whose answer was lost may have happened. Where removing failed as well, it is removed when that works again.
    for _ in 0..2 {
        app.services.records.settle_leftovers().await.unwrap();
    }
    assert_eq!(bucket.keys().await.len(), 1);
}

#[tokio::test]
async fn an_answer_that_breaks_off_is_never_taken_for_the_whole() {
    let (app, bucket) = albums_in_bucket().await;
    let file = path(&add(&app, "pictures", "a.bin", &bytes(2_000_000)).await, "pictures");
    bucket.fail("GET", Fault::Cut(200_000), usize::MAX);
    let url = format!("http://{}{file}", app.address);
    let answer = crate::support::client().get(url).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    assert!(answer.bytes().await.is_err(), "the connection ends before the length that was promised");
}

#[tokio::test]
async fn a_record_can_be_deleted_while_the_bucket_is_away() {
    let (app, bucket) = albums_in_bucket().await;
    let record = add(&app, "paper", "a.txt", b"hello").await;
    bucket.fail("", Fault::Silence, usize::MAX);
    let line = format!("DELETE /api/collections/albums/records/{}", record["id"].as_str().unwrap());
    app.call(GUEST, &line).await.is(204);
    app.settle().await;
    bucket.heal();
    assert_eq!(bucket.keys().await.len(), 1);
    for _ in 0..2 {
        app.services.records.settle_leftovers().await.unwrap();
    }
    assert!(bucket.keys().await.is_empty(), "its files follow when the bucket is back");
}

#[tokio::test]
async fn a_bucket_can_be_tried_out() {
    let app = albums_with(|config| config.files.bucket_timeout_s = 1).await;
    let bucket = Bucket::new().await;
    let line = "POST /api/settings/test/s3";
    for filesystem in ["storage", "backups"] {
        let answer = app.call(SUPERUSER, line).json(json!({"filesystem": filesystem})).await;
        answer.refuses(400, "Failed to test the S3 filesystem. Raw error: \nS3 is not enabled for it.");
    }
    let settings = json!({"s3": bucket.settings(), "backups": {"s3": bucket.settings()}});
    app.call(SUPERUSER, "PATCH /api/settings").json(settings).await.is(200);
    for filesystem in ["storage", "backups"] {
        bucket.seen();
        app.call(SUPERUSER, line).json(json!({"filesystem": filesystem})).await.is(204);
        let seen = bucket.seen();
        let object = format!("/{}/pb_settings_test_", bucket.name);
        assert!(seen.len() == 2 && seen[0].starts_with(&format!("PUT {object}")), "{seen:?}");
        assert!(seen[0].contains("/test.txt ") && seen[1].starts_with(&format!("DELETE {object}")), "{seen:?}");
    }
    assert!(bucket.keys().await.is_empty());
    for (form, code) in [(json!({}), "validation_required"), (json!({"filesystem": "x"}), "validation_in_invalid")] {
        let answer = app.call(SUPERUSER, line).json(form).await;
        assert_eq!(answer.is(400).json()["message"], "Failed to test the S3 filesystem.");
        assert_eq!(answer.json()["data"]["filesystem"]["code"], code);
    }
    app.call(As("alice"), line).json(json!({"filesystem": "storage"})).await.is(403);
}

#[tokio::test]
async fn what_a_bucket_answers_is_not_handed_on() {
    let app = albums_with(|config| config.files.bucket_timeout_s = 1).await;
    let bucket = Bucket::new().await;
    let tried = async |change: Json| {
        let mut settings = bucket.settings();
        settings.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        app.call(SUPERUSER, "PATCH /api/settings").json(json!({"s3": settings})).await.is(200);
        let answer = app.call(SUPERUSER, "POST /api/settings/test/s3").json(json!({"filesystem": "storage"})).await;
        let message = answer.is(400).json()["message"].as_str().unwrap().to_string();
        message.strip_prefix("Failed to test the S3 filesystem. Raw error: \n").expect(&message).to_string()
    };
    assert_eq!(tried(json!({"bucket": "no-such-bucket"})).await, "status 404, NoSuchBucket.");
    bucket.fail("PUT", Fault::Status(403), 1);
    assert_eq!(tried(json!({})).await, "status 403.", "not the page behind it");
    bucket.fail("PUT", Fault::Silence, usize::MAX);
    assert_eq!(tried(json!({})).await, "no answer within 1 seconds.");
    let refused = tried(json!({"endpoint": "http://127.0.0.1:1"})).await;
    assert!(refused.contains("refused") && !refused.contains("hush"), "{refused}");
    // The addresses at which clouds keep the keys of their machines.
    for endpoint in ["http://169.254.169.254", "http://[fe80::1]", "http://[::ffff:169.254.169.254]"] {
        assert_eq!(tried(json!({"endpoint": endpoint})).await, "the address is not public.");
    }
}

#[tokio::test]
async fn where_superusers_are_not_trusted_with_the_network_buckets_are_out_in_the_world() {
    let app = albums_with(|config| config.files.private_buckets = false).await;
    for endpoint in ["http://127.0.0.1:9000", "http://localhost:9000", "http://10.0.0.1", "http://[::1]:1"] {
        let s3 = json!({"enabled": true, "endpoint": endpoint, "bucket": "b", "region": "r", "accessKey": "a",
                        "secret": "s", "forcePathStyle": true});
        app.call(SUPERUSER, "PATCH /api/settings").json(json!({"s3": s3})).await.is(200);
        let answer = app.call(SUPERUSER, "POST /api/settings/test/s3").json(json!({"filesystem": "storage"})).await;
        answer.refuses(400, "Failed to test the S3 filesystem. Raw error: \nthe address is not public.");
    }
}
