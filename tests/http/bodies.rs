//! Request bodies: types, strictness, forms, files, limits.

use reqwest::multipart::{Form, Part};
use serde_json::{Value as Json, json};

use crate::support::{GUEST, SUPERUSER, TestApp};

const CREATE: &str = "POST /api/collections/posts/records";
const DEFAULT_400: &str = "Something went wrong while processing your request.";

#[tokio::test]
async fn json_is_read_strictly() {
    let app = TestApp::start().await;
    let unreadable: [&[u8]; 9] = [
        b"{",
        b"[]",
        b"\"text\"",
        b"3",
        b"true",
        b"   ",
        b"{\"title\":\"a\",\"title\":\"b\"}",
        b"{\"title\":\"\xff\"}",
        b"{'title':1}",
    ];
    for body in unreadable {
        let answer = app.call(GUEST, CREATE).body("application/json", body.to_vec()).await;
        answer.refuses(400, DEFAULT_400);
    }
    let deep = format!("{{\"meta\":{}1{}}}", "[".repeat(200), "]".repeat(200));
    app.call(GUEST, CREATE).body("application/json", deep).await.refuses(400, DEFAULT_400);
}

#[tokio::test]
async fn json_is_read_leniently_where_clients_rely_on_it() {
    let app = TestApp::start().await;
    let readable = [
        ("application/json", "{\"title\":\"a\"}", "a"),
        ("application/json; charset=utf-8", "{\"title\":\"a\"}", "a"),
        ("application/json", "{\"title\":\"a\"} trailing", "a"),
        ("application/json", "null", ""),
        ("application/json", " \n{\"title\":\"a\",\"unknown\":1}", "a"),
    ];
    for (content_type, body, title) in readable {
        let answer = app.call(GUEST, CREATE).body(content_type, body).await;
        answer.is(200).has(json!({"title": title}));
    }
}

#[tokio::test]
async fn an_empty_body_is_an_empty_object_whatever_its_type() {
    let app = TestApp::start().await;
    for content_type in ["application/json", "text/plain", "multipart/form-data"] {
        app.call(GUEST, CREATE).body(content_type, "").await.is(200).has(json!({"title": ""}));
    }
    app.call(GUEST, CREATE).await.is(200);
}

#[tokio::test]
async fn other_types_are_refused_when_there_is_a_body() {
    let app = TestApp::start().await;
    for content_type in ["text/plain", "application/octet-stream", "APPLICATION/JSON"] {
        for line in [CREATE, "GET /api/collections/posts/records", "DELETE /api/collections/posts/records/x"] {
            let answer = app.call(GUEST, line).body(content_type, "x").await;
            answer.refuses(400, "Unsupported Content-Type.");
        }
    }
}

#[tokio::test]
async fn forms_infer_scalars_and_lists() {
    let app = TestApp::start().await;
    let pairs = [("title", "001"), ("views", "12"), ("done", "true"), ("tags", "a"), ("tags", "c")];
    let expected = json!({"title": "001", "views": 12, "done": true, "tags": ["a", "c"]});
    app.call(GUEST, CREATE).form(&pairs).await.is(200).has(expected.clone());
    let form = pairs.iter().fold(Form::new(), |form, (key, value)| form.text(*key, *value));
    app.call(GUEST, CREATE).multipart(form).await.is(200).has(expected);
}

#[tokio::test]
async fn a_json_payload_in_a_form_wins() {
    let app = TestApp::start().await;
    let payload = r#"{"title":"payload","meta":{"a":[1,"2"]}}"#;
    let pairs = [("@jsonPayload", payload), ("title", "plain"), ("@jsonPayload", r#"{"views":5}"#)];
    let expected = json!({"title": "payload", "views": 5, "meta": {"a": [1, "2"]}});
    app.call(GUEST, CREATE).form(&pairs).await.is(200).has(expected.clone());
    let form = pairs.iter().fold(Form::new(), |form, (key, value)| form.text(*key, *value));
    app.call(GUEST, CREATE).multipart(form).await.is(200).has(expected);
    app.call(GUEST, CREATE).form(&[("@jsonPayload", "{")]).await.refuses(400, DEFAULT_400);
}

#[tokio::test]
async fn files_arrive_small_and_large() {
    let app = TestApp::start().await;
    // In memory, and beyond what is kept in memory.
    for size in [0, 10, 1 << 20] {
        let file = Part::bytes(vec![b'x'; size]).file_name("Notes.txt");
        let answer = app.call(GUEST, CREATE).multipart(Form::new().part("cover", file)).await;
        let name = answer.is(200).json()["cover"].as_str().unwrap_or_default().to_string();
        assert!(name.starts_with("notes_") && name.ends_with(".txt"), "{size}: {name}");
    }
    let path = "C:\\Photos\\Cat.txt";
    let part =
        format!("--b\r\nContent-Disposition: form-data; name=\"cover\"; filename=\"{path}\"\r\n\r\nx\r\n--b--\r\n");
    let answer = app.call(GUEST, CREATE).body("multipart/form-data; boundary=b", part).await;
    let name = answer.is(200).json()["cover"].as_str().unwrap_or_default().to_string();
    assert!(name.starts_with("c_photos_cat_"), "{name}");
    // An untouched file input of a browser is a plain empty value.
    let untouched = Part::bytes(Vec::new()).file_name("");
    let answer = app.call(GUEST, CREATE).multipart(Form::new().part("cover", untouched)).await;
    answer.is(200).has(json!({"cover": ""}));
}

#[tokio::test]
async fn a_broken_form_is_refused() {
    let app = TestApp::start().await;
    for (content_type, body) in [
        ("multipart/form-data", "x"),
        ("multipart/form-data; boundary=b", "no boundary here"),
        ("multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=\"title\"\r\n\r\ncut off"),
    ] {
        app.call(GUEST, CREATE).body(content_type, body).await.refuses(400, DEFAULT_400);
    }
    let many = (0..1500).fold(Form::new(), |form, n| form.text(format!("k{n}"), "v"));
    app.call(GUEST, CREATE).multipart(many).await.refuses(400, DEFAULT_400);
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused_before_it_is_read() {
    let app = TestApp::start().await;
    for (line, length) in [
        ("POST /api/collections/users/auth-with-password", 33_554_433_u64),
        ("POST /api/collections/posts/records", 33_554_433 + 5_242_880 + 2_000_000),
        ("GET /api/health", 33_554_433),
    ] {
        let request = format!(
            "{} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{{",
            line
        );
        let answer = app.raw(request.as_bytes()).await;
        assert!(answer.starts_with("HTTP/1.1 413 "), "{line}: {answer}");
        assert!(answer.ends_with(r#"{"data":{},"message":"Request entity too large.","status":413}"#), "{answer}");
        assert!(answer.to_lowercase().contains("connection: close"), "{answer}");
    }
}

#[tokio::test]
async fn a_body_that_grows_over_the_limit_is_cut_off() {
    let app = TestApp::start().await;
    let batch = json!({"batch": {"enabled": true, "maxBodySize": 1000}});
    app.call(SUPERUSER, "PATCH /api/settings").json(batch).await.is(200);
    let chunk = format!("400\r\n{}\r\n", " ".repeat(1024));
    let request = format!(
        "POST /api/batch HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n{chunk}{chunk}"
    );
    let answer = app.raw(request.as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
}

#[tokio::test]
async fn large_fields_raise_the_limit_of_their_collection() {
    let app = TestApp::start().await;
    // 33 MiB of an unknown key: over the usual limit, under that of a collection with a file and a JSON field.
    let body = format!(r#"{{"title":"big","junk":"{}"}}"#, "x".repeat(33 << 20));
    app.call(GUEST, CREATE).body("application/json", body).await.is(200).has(json!({"title": "big"}));
}

#[tokio::test]
async fn unknown_collections_are_refused_before_the_body_is_looked_at() {
    let app = TestApp::start().await;
    let none: Json = Json::Null;
    app.table(&[(GUEST, "POST /api/collections/none/records", none.clone(), 404, none)]).await;
    let answer = app.call(GUEST, "POST /api/collections/none/records").body("application/json", "{").await;
    answer.refuses(404, "Missing or invalid collection context.");
}

#[tokio::test]
async fn batches_are_off_until_settings_say_so() {
    let app = TestApp::start().await;
    let one =
        json!({"requests": [{"method": "POST", "url": "/api/collections/posts/records", "body": {"title": "b"}}]});
    app.call(GUEST, "POST /api/batch").json(one.clone()).await.refuses(403, "Batch requests are not allowed.");
    app.call(SUPERUSER, "PATCH /api/settings").json(json!({"batch": {"enabled": true}})).await.is(200);
    app.call(GUEST, "POST /api/batch")
        .json(one.clone())
        .await
        .is(200)
        .has(json!([{"status": 200, "body": {"title": "b"}}]));
    let form = Form::new().text("@jsonPayload", one.to_string());
    let form = form.part("requests.0.cover", Part::bytes(b"x".to_vec()).file_name("a.txt"));
    let answer = app.call(GUEST, "POST /api/batch").multipart(form).await.is(200).json();
    assert!(answer[0]["body"]["cover"].as_str().is_some_and(|name| name.ends_with(".txt")), "{answer}");
    app.call(GUEST, "POST /api/batch")
        .body("application/json", "{")
        .await
        .refuses(400, "Failed to read the submitted batch data.");
}
