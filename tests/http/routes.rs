//! Paths and methods: what exists, what does not, and the headers of every answer.

use serde_json::{Value as Json, json};

use crate::support::{GUEST, TestApp};

const DEFAULT_404: &str = "The requested resource wasn't found.";

#[tokio::test]
async fn health_answers_everyone() {
    let app = TestApp::start().await;
    let answer = app.call(GUEST, "GET /api/health").await;
    assert_eq!(answer.is(200).json(), json!({"message": "API is healthy.", "code": 200, "data": {}}));
    assert_eq!(answer.header("content-type"), "application/json");
}

#[tokio::test]
async fn v1_is_an_alias() {
    let app = TestApp::start().await;
    app.call(GUEST, "GET /api/v1/health").await.is(200);
    app.call(GUEST, "GET /api/v1/collections/posts/records?page=2&perPage=1").await.is(200).has(json!({"page": 2}));
    app.call(GUEST, "GET /api/v1/nothing").await.refuses(404, "File not found.");
}

#[tokio::test]
async fn what_does_not_exist_is_json_404() {
    let app = TestApp::start().await;
    for line in ["GET /api/nothing", "GET /api", "GET /api/collections/", "GET /api/collections/posts/records/"] {
        app.call(GUEST, line).await.refuses(404, "File not found.");
    }
    for line in ["POST /api/nothing", "POST /nothing", "DELETE /", "PUT /api/collections/posts/records"] {
        app.call(GUEST, line).await.refuses(404, DEFAULT_404);
    }
}

#[tokio::test]
async fn odd_paths_are_sent_to_their_clean_form() {
    let app = TestApp::start().await;
    for path in ["/api//health", "/api/./health", "/api/x/../health", "//api/health"] {
        for method in ["GET", "POST"] {
            let request = format!("{method} {path}?a=1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
            let answer = app.raw(request.as_bytes()).await;
            assert!(answer.starts_with("HTTP/1.1 307"), "{path}: {answer}");
            assert!(answer.contains("location: /api/health?a=1\r\n"), "{path}: {answer}");
        }
    }
}

#[tokio::test]
async fn a_wrong_method_is_404_never_405() {
    let app = TestApp::start().await;
    let lines = [
        "POST /api/health",
        "PUT /api/collections/posts/records/x",
        "PATCH /api/collections/posts/records",
        "DELETE /api/settings",
        "PATCH /api/batch",
    ];
    for line in lines {
        app.call(GUEST, line).await.refuses(404, DEFAULT_404);
    }
    app.call(GUEST, "GET /api/batch").await.refuses(404, "File not found.");
}

#[tokio::test]
async fn head_answers_as_get_without_body() {
    let app = TestApp::start().await;
    let get = app.call(GUEST, "GET /api/health").await;
    let head = app.call(GUEST, "HEAD /api/health").await;
    assert_eq!((head.is(200).body.len(), head.header("content-type")), (0, "application/json"));
    assert_eq!(head.header("content-length"), get.body.len().to_string());
    let missing = app.call(GUEST, "HEAD /api/nothing").await;
    assert!(missing.is(404).body.is_empty());
}

#[tokio::test]
async fn every_answer_is_protected_and_has_an_id() {
    let app = TestApp::start().await;
    let mut ids = std::collections::BTreeSet::new();
    for line in ["GET /api/health", "GET /api/nothing", "GET /", "GET /_/", "POST /api/batch", "HEAD /api/health"] {
        let answer = app.call(GUEST, line).await;
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "SAMEORIGIN"),
            ("x-xss-protection", "1; mode=block"),
            ("cross-origin-opener-policy", "same-origin"),
        ] {
            assert_eq!(answer.header(name), value, "{line}");
        }
        assert!(ids.insert(answer.header("x-request-id").to_string()), "{line}: an id of its own");
    }
}

#[tokio::test]
async fn ids_of_answers_go_on_after_a_restart() {
    let mut app = TestApp::start().await;
    let mut ids = std::collections::BTreeSet::new();
    for _ in 0..3 {
        for _ in 0..5 {
            let answer = app.call(GUEST, "GET /api/health").await;
            let id = answer.header("x-request-id").to_string();
            assert!(id.len() == 16 && ids.insert(id), "{ids:?}");
        }
        app = app.restart().await;
    }
}

#[tokio::test]
async fn the_first_of_repeated_parameters_wins() {
    let app = TestApp::start().await;
    let answer = app.call(GUEST, "GET /api/collections/posts/records?perPage=7&perPage=9&page=1&page=x").await;
    answer.is(200).has(json!({"perPage": 7}));
}

#[tokio::test]
async fn fields_shape_every_successful_answer_and_no_refusal() {
    let app = TestApp::start().await;
    app.table(&[
        (GUEST, "GET /api/health?fields=code", Json::Null, 200, json!({"code": 200})),
        (GUEST, "GET /api/health?fields=", Json::Null, 200, json!({"message": "API is healthy."})),
        (GUEST, "GET /api/nothing?fields=status", Json::Null, 404, json!({"message": "File not found."})),
    ])
    .await;
    let answer = app.call(GUEST, "GET /api/health?fields=code").await;
    assert_eq!(answer.json(), json!({"code": 200}));
    let made = app.call(GUEST, "POST /api/collections/posts/records?fields=title").json(json!({"title": "x"})).await;
    assert_eq!(made.is(200).json(), json!({"title": "x"}));
    let list = app.call(GUEST, "GET /api/collections/posts/records?fields=title").await;
    list.has(json!({"page": 1, "items": [{"title": "x"}]}));
}

#[tokio::test]
async fn malformed_fields_are_refused_before_anything_is_done() {
    let app = TestApp::start().await;
    let line = "POST /api/collections/posts/records?fields=title:excerpt(0)";
    app.call(GUEST, line).json(json!({"title": "x"})).await.is(400);
    app.call(GUEST, "GET /api/collections/posts/records").await.ids(&[]);
}
