//! JSON packed for those who ask for it, and all that is left as it is.

use std::io::Read as _;

use serde_json::{Value as Json, json};

use crate::support::{Answer, As, GUEST, SUPERUSER, TestApp};

const LIST: &str = "GET /api/collections/posts/records";

async fn with_posts(count: usize) -> TestApp {
    let app = TestApp::start().await;
    for n in 0..count {
        app.record("posts", json!({"title": format!("the title of post {n}")})).await;
    }
    app
}

fn unpacked(answer: &Answer) -> Json {
    let body = answer.body.as_slice();
    let plain = match answer.header("content-encoding") {
        "zstd" => zstd::bulk::decompress(body, 10 << 20).unwrap(),
        "gzip" => {
            let mut plain = Vec::new();
            flate2::read::GzDecoder::new(body).read_to_end(&mut plain).unwrap();
            plain
        }
        other => panic!("{other:?}"),
    };
    serde_json::from_slice(&plain).unwrap()
}

fn varies(answer: &Answer) -> bool {
    answer.headers.get_all("vary").iter().any(|value| value == "Accept-Encoding")
}

#[tokio::test]
async fn long_json_is_packed_as_the_client_likes_it() {
    let app = with_posts(20).await;
    let plain = app.call(GUEST, LIST).await;
    assert_eq!(plain.is(200).header("content-encoding"), "");
    assert!(varies(&plain), "a cache has to know, also of the plain one");
    for (accepted, coding) in [
        ("gzip, deflate, br, zstd", "zstd"),
        ("gzip, deflate, br", "gzip"),
        ("GZIP", "gzip"),
        ("zstd;q=0, gzip;q=0.5", "gzip"),
    ] {
        let packed = app.call(GUEST, LIST).header("Accept-Encoding", accepted).await;
        assert_eq!(packed.is(200).header("content-encoding"), coding, "{accepted}");
        assert_eq!(packed.header("content-length"), packed.body.len().to_string());
        assert!(packed.body.len() < plain.body.len() / 2 && varies(&packed));
        assert_eq!(packed.header("content-type"), "application/json");
        assert_eq!(unpacked(&packed), plain.json());
    }
    for accepted in ["br", "deflate", "identity", "gzip;q=0", "*"] {
        let answer = app.call(GUEST, LIST).header("Accept-Encoding", accepted).await;
        assert_eq!(answer.is(200).header("content-encoding"), "", "{accepted}");
    }
}

#[tokio::test]
async fn very_long_json_is_packed_too() {
    let app = with_posts(1).await;
    app.record("posts", json!({"title": "long", "meta": "x y z ".repeat(50_000)})).await;
    let plain = app.call(GUEST, LIST).await.json();
    let packed = app.call(GUEST, LIST).header("Accept-Encoding", "zstd").await;
    assert!(packed.body.len() < 10_000);
    assert_eq!(unpacked(&packed), plain);
}

/// So that sizes say nothing about secrets.
#[tokio::test]
async fn answers_that_may_hold_secrets_or_repeat_what_was_sent_are_left_alone() {
    let app = with_posts(20).await;
    let long = "x".repeat(3000);
    let notes = json!({"name": "notes", "type": "base", "listRule": "", "fields": [{"name": "text", "type": "text"}]});
    let form = json!({"identity": "bob@example.com", "password": "correct horse"});
    let batch =
        json!({"requests": [{"method": "POST", "url": "/api/collections/posts/records", "body": {"meta": long}}]});
    app.call(SUPERUSER, "PATCH /api/settings").json(json!({"batch": {"enabled": true}})).await.is(200);
    let filter = format!("{LIST}?filter=nobody%3D'{long}'");
    for (who, line, body) in [
        (GUEST, "POST /api/collections/users/auth-with-password", form),
        (As("bob"), "POST /api/collections/users/auth-refresh", Json::Null),
        (GUEST, "POST /api/collections/posts/records", json!({"meta": long})),
        (GUEST, "POST /api/batch", batch),
        (SUPERUSER, "POST /api/collections", notes),
        (GUEST, filter.as_str(), Json::Null),
        (GUEST, "GET /api/nothing", Json::Null),
    ] {
        let mut call = app.call(who, line).header("Accept-Encoding", "gzip, zstd");
        if !body.is_null() {
            call = call.json(body);
        }
        let answer = call.await;
        assert_eq!(answer.header("content-encoding"), "", "{line}");
        assert!(!answer.body.is_empty() && !varies(&answer), "{line}");
    }
}

#[tokio::test]
async fn files_small_answers_and_what_has_no_body_are_left_alone() {
    let app = with_posts(20).await;
    let part = reqwest::multipart::Part::bytes(json!(["x".repeat(5000)]).to_string().into_bytes()).file_name("a.json");
    let form = reqwest::multipart::Form::new().part("cover", part);
    let made = app.call(GUEST, "POST /api/collections/posts/records").multipart(form).await.is(200).json();
    let (id, name) = (made["id"].as_str().unwrap(), made["cover"].as_str().unwrap());
    let file = format!("GET /api/files/posts/{id}/{name}");
    let head = LIST.replace("GET", "HEAD");
    for line in [file.as_str(), "GET /api/health", &format!("{LIST}?fields=id&perPage=3"), &head] {
        let answer = app.call(GUEST, line).header("Accept-Encoding", "gzip, zstd").await;
        assert_eq!(answer.is(200).header("content-encoding"), "", "{line}");
    }
    let stored = app.call(GUEST, &file).header("Accept-Encoding", "gzip").header("Range", "bytes=0-1").await;
    assert_eq!((stored.is(206).text().as_str(), stored.header("content-encoding")), ("[\"", ""));
}

#[tokio::test]
async fn it_can_be_switched_off() {
    let app = TestApp::start_with(|config| config.http.compress = false).await;
    app.record("posts", json!({"meta": "x".repeat(5000)})).await;
    let answer = app.call(GUEST, LIST).header("Accept-Encoding", "gzip, zstd").await;
    assert_eq!((answer.is(200).header("content-encoding"), varies(&answer)), ("", false));
}
