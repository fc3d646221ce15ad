//! What must not stop the server: a handler that panics, clients that dawdle, a stop in the middle of work.

use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use actix_service::IntoServiceFactory as _;
use actix_web::{App, HttpResponse, HttpServer, web};
use cratebase::http::Services;
use cratebase::http::shell::Shell;
use serde_json::json;

use crate::support::{GUEST, SUPERUSER, TestApp};

/// Security case 24.
#[tokio::test]
async fn a_panic_answers_its_own_request_and_nothing_else_stops() {
    let app = TestApp::start().await;
    let base = server_with_a_panicking_route(Arc::clone(&app.services));
    let client = crate::support::client();
    for _ in 0..3 {
        let answer = client.get(format!("{base}/panic")).send().await.unwrap();
        assert_eq!(answer.status(), 500);
        assert_eq!(answer.headers()["x-frame-options"], "SAMEORIGIN");
        assert!(answer.headers().contains_key("x-request-id"));
        let body: serde_json::Value = answer.json().await.unwrap();
        let message = "Something went wrong while processing your request.";
        assert_eq!(body, json!({"status": 500, "message": message, "data": {}}));
        let fine = client.get(format!("{base}/fine")).send().await.unwrap();
        assert_eq!(fine.text().await.unwrap(), "fine");
    }
    // What it said is for the log alone.
    let filter = "GET /api/logs?filter=message='GET /panic'%26%26level=8&fields=data.status,data.details";
    let log = app.call(SUPERUSER, filter).await.is(200).json();
    assert_eq!(log["totalItems"], 3);
    assert_eq!(log["items"][0]["data"], json!({"status": 500, "details": "panic: as the test asks"}));
}

/// The outermost layer around two routes, one of which panics.
fn server_with_a_panicking_route(services: Arc<Services>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let server = HttpServer::new(move || {
        let app = App::new()
            .route("/panic", web::get().to(|| async { panic!("as the test asks") as HttpResponse }))
            .route("/fine", web::get().to(|| async { "fine" }));
        Shell::new(app.into_factory(), Arc::clone(&services))
    });
    tokio::spawn(server.workers(1).disable_signals().listen(listener).unwrap().run());
    base
}

/// Security case 27.
#[tokio::test]
async fn slow_heads_and_bodies_are_cut_off() {
    let app = TestApp::start_with(|config| {
        config.http.header_timeout_s = 1;
        config.http.body_timeout_s = 1;
    })
    .await;
    let head = app.raw(b"GET /api/health HTTP/1.1\r\nHost: x\r\n").await;
    assert!(head.is_empty() || head.starts_with("HTTP/1.1 408"), "{head}");
    let body = b"POST /api/collections/posts/records HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{";
    let answer = tokio::time::timeout(Duration::from_secs(10), app.raw(body)).await.expect("cut off in time");
    assert!(answer.starts_with("HTTP/1.1 400") || answer.starts_with("HTTP/1.1 408"), "{answer}");
}

#[tokio::test]
async fn a_head_that_is_too_large_is_refused() {
    let app = TestApp::start().await;
    let request = format!("GET /api/health HTTP/1.1\r\nHost: x\r\nX-Big: {}\r\n\r\n", "x".repeat(1 << 20));
    let answer = app.raw(request.as_bytes()).await;
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 4"), "{answer}");
    app.call(GUEST, "GET /api/health").await.is(200);
}
