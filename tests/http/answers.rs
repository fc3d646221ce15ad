//! What answers are made of, and what of them is in the log.

use serde_json::{Value as Json, json};

use crate::realtime::Stream;
use crate::support::{As, GUEST, SUPERUSER, TestApp};

#[tokio::test]
async fn json_is_named_so_ends_with_its_last_brace_and_is_not_escaped_for_pages() {
    let app = TestApp::start().await;
    let made = app.call(GUEST, "POST /api/collections/posts/records").json(json!({"title": "<a> & 'b'"})).await;
    let refused = app.call(GUEST, "GET /api/nothing").await;
    for answer in [made.is(200), refused.is(404)] {
        assert_eq!(answer.header("content-type"), "application/json");
        let text = answer.text();
        assert!(text.starts_with('{') && text.ends_with('}'), "{text}");
    }
    assert!(made.text().contains(r#""title":"<a> & 'b'""#), "{}", made.text());
}

#[tokio::test]
async fn a_stream_is_never_packed() {
    let app = TestApp::start().await;
    let request = reqwest::Client::new().get(format!("http://{}/api/realtime", app.address));
    let answer = request.header("Accept-Encoding", "gzip, br, zstd").send().await.unwrap();
    for (name, value) in
        [("content-type", "text/event-stream"), ("cache-control", "no-store"), ("x-accel-buffering", "no")]
    {
        assert_eq!(answer.headers()[name], value, "{name}");
    }
    assert!(!answer.headers().contains_key("content-encoding"));
    // Its greeting can be read.
    Stream::greeted(answer).await;
}

#[tokio::test]
async fn health_tells_accounts_no_more_than_guests_and_superusers_which_header_a_proxy_sent() {
    let app = TestApp::start().await;
    let plain = json!({"message": "API is healthy.", "code": 200, "data": {}});
    assert_eq!(app.call(As("bob"), "GET /api/health").await.is(200).json(), plain);
    let found = async |headers: &[(&str, &str)]| -> String {
        let call = app.call(SUPERUSER, "GET /api/health");
        let call = headers.iter().fold(call, |call, (name, value)| call.header(name, value));
        let data = call.await.is(200).json()["data"].clone();
        assert_eq!(data["canBackup"], true);
        data["possibleProxyHeader"].as_str().unwrap().to_string()
    };
    let forwarded = ("X-Forwarded-For", "1.1.1.1");
    assert_eq!(found(&[]).await, "");
    assert_eq!(found(&[forwarded]).await, "X-Forwarded-For");
    assert_eq!(found(&[forwarded, ("Fly-Client-IP", "1.1.1.1")]).await, "Fly-Client-IP");
    assert_eq!(found(&[("CF-Connecting-IP", "1.1.1.1"), ("Fly-Client-IP", "1.1.1.1")]).await, "CF-Connecting-IP");
    let trusted = json!({"trustedProxy": {"headers": ["X-Own"]}});
    app.call(SUPERUSER, "PATCH /api/settings").json(trusted).await.is(200);
    assert_eq!(found(&[("CF-Connecting-IP", "1.1.1.1"), ("X-Own", "1.1.1.1")]).await, "X-Own");
}

/// The status of a request that only announces its body.
async fn announced(app: &TestApp, line: &str, length: u64) -> String {
    let head = format!("{line} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n");
    let answer = app.raw(format!("{head}Connection: close\r\n\r\n").as_bytes()).await;
    answer.lines().next().unwrap_or_default().to_string()
}

#[tokio::test]
async fn each_route_has_its_limit_to_the_byte() {
    // Who waits for a body that is not too large does not wait for long.
    let app = TestApp::start_with(|config| config.http.body_timeout_s = 1).await;
    app.collection(json!({"name": "large", "type": "base", "createRule": "", "updateRule": "", "fields": [
        {"name": "files", "type": "file", "maxSelect": 3, "maxSize": 1000},
        {"name": "file", "type": "file", "maxSelect": 1},
        {"name": "text", "type": "editor"},
        {"name": "short", "type": "editor", "maxSize": 10},
        {"name": "meta", "type": "json"},
        {"name": "tiny", "type": "json", "maxSize": 5},
    ]}))
    .await;
    app.call(SUPERUSER, "PATCH /api/settings").json(json!({"batch": {"enabled": true}})).await.is(200);
    let default = 32 << 20;
    let fields = 3 * 1000 + (5 << 20) + (5 << 20) + 10 + (1 << 20) + 5;
    for (line, limit) in [
        ("POST /api/collections/users/auth-with-password", default),
        ("POST /api/collections/large/records", default + fields),
        ("PATCH /api/collections/large/records/abc", default + fields),
        ("POST /api/batch", 128 << 20),
    ] {
        let over = announced(&app, line, limit + 1).await;
        assert!(over.starts_with("HTTP/1.1 413"), "{line}: {over}");
        let at = announced(&app, line, limit).await;
        assert!(!at.starts_with("HTTP/1.1 413"), "{line}: {at}");
    }
}

/// Small values take a hundred times their length in memory, and nobody has signed in yet.
#[tokio::test]
async fn json_of_too_many_values_is_refused_on_every_route() {
    let app = TestApp::start().await;
    let many = json!(vec![0; 1_100_000]);
    for line in
        ["POST /api/collections/users/auth-with-password", "POST /api/collections/posts/records", "POST /api/realtime"]
    {
        let answer = app.call(GUEST, line).json(json!({"identity": many, "password": "x"})).await.is(400).json();
        assert_eq!(answer["message"], "The submitted JSON has too many values.", "{line}");
    }
}

#[tokio::test]
async fn streams_and_pages_are_in_the_log_only_when_they_are_refused() {
    let app = TestApp::start_with(|config| config.realtime.max_connections = 1).await;
    let messages = async || -> Vec<String> {
        let page = app.call(SUPERUSER, "GET /api/logs?sort=@rowid").await.is(200).json();
        page["items"].as_array().unwrap().iter().map(|entry| entry["message"].as_str().unwrap().to_string()).collect()
    };
    app.call(SUPERUSER, "DELETE /api/logs").await.is(204);
    let stream = Stream::open(&app).await;
    let dashboard = app.call(GUEST, "GET /_/").await.status;
    app.call(GUEST, "GET /api/realtime").await.is(503);
    app.call(GUEST, "GET /_/nothing.js").await.is(404);
    app.call(GUEST, "GET /nothing.html").await.is(404);
    let expected = ["GET /_/", "GET /api/realtime", "GET /_/nothing.js", "GET /nothing.html"];
    // A server that was built without the dashboard refuses to show it.
    let expected = if dashboard == 200 { &expected[1..] } else { &expected[..] };
    assert_eq!(messages().await, expected);
    drop(stream);
}

#[tokio::test]
async fn whatever_refuses_a_request_it_is_in_the_log() {
    let app = TestApp::start().await;
    let limits = json!({"rateLimits": {"enabled": true, "rules": [
        {"label": "GET /api/health", "maxRequests": 1, "duration": 60},
    ]}});
    app.call(SUPERUSER, "PATCH /api/settings").json(limits).await.is(200);
    app.call(SUPERUSER, "DELETE /api/logs").await.is(204);
    app.call(GUEST, "GET /api/health").await.is(200);
    app.call(GUEST, "GET /api/health").await.is(429);
    app.call(GUEST, "GET /api/settings").await.is(401);
    let page =
        app.call(SUPERUSER, "GET /api/logs?sort=@rowid&fields=level,data.status,data.error").await.is(200).json();
    let expected = json!([
        {"level": 0, "data": {"status": 200}},
        {"level": 8, "data": {"status": 429, "error": "Too Many Requests."}},
        {"level": 8, "data": {"status": 401, "error": "The request requires valid record authorization token."}},
    ]);
    assert_eq!(page["items"], expected);
}

#[tokio::test]
async fn assets_of_the_dashboard_are_kept_and_bring_their_rules() {
    let app = TestApp::start().await;
    let index = app.call(GUEST, "GET /_/").await;
    if index.status != 200 {
        index.refuses(404, "This server was built without the admin UI. The API is at /api/.");
        return;
    }
    let text = index.text();
    let asset = text.split('"').find(|part| part.contains("/immutable/") && part.ends_with(".js")).expect("a script");
    let asset = format!("/_/{}", asset.trim_start_matches("/_/").trim_start_matches("./"));
    let answer = app.call(GUEST, &format!("GET {asset}")).await;
    assert_eq!(answer.is(200).header("cache-control"), "max-age=1209600, stale-while-revalidate=86400");
    let rules = answer.header("content-security-policy");
    for rule in ["default-src 'self'", "frame-ancestors 'none'"] {
        assert!(rules.contains(rule), "{rules}");
    }
    assert!(!rules.contains("unsafe-eval"), "{rules}");
    assert_eq!(app.call(GUEST, &format!("HEAD {asset}")).await.is(200).body, Vec::<u8>::new());
    let missing: Json = app.call(GUEST, "GET /_/nothing.js").await.is(404).json();
    assert_eq!(missing["message"], "File not found.");
}
