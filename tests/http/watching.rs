//! What watches the server: readiness and metrics.

use serde_json::json;

use crate::support::{As, GUEST, SUPERUSER, TestApp};

#[tokio::test]
async fn a_server_that_takes_writes_is_ready() {
    let app = TestApp::start().await;
    app.call(GUEST, "GET /api/ready").await.is(200).has(json!({"code": 200, "data": {}}));
    app.services.store.close();
    app.call(GUEST, "GET /api/ready").await.is(503);
    app.call(GUEST, "GET /api/health").await.is(200);
}

#[tokio::test]
async fn superusers_see_numbers() {
    let app = TestApp::start().await;
    app.call(GUEST, "GET /api/metrics").await.is(401);
    app.call(As("bob"), "GET /api/metrics").await.is(403);
    app.call(GUEST, "POST /api/collections/posts/records").json(json!({"title": "x"})).await.is(200);
    let answer = app.call(SUPERUSER, "GET /api/metrics").await;
    assert!(answer.is(200).header("content-type").starts_with("text/plain; version=0.0.4"));
    let text = answer.text();
    for line in [
        "cratebase_requests_total{method=\"POST\",status=\"2xx\"} 1",
        "cratebase_requests_total{method=\"GET\",status=\"4xx\"} 2",
        "cratebase_realtime_connections 0",
        "cratebase_log_dropped_total 0",
    ] {
        assert!(text.lines().any(|have| have == line), "{line}\n{text}");
    }
    let number = |name: &str| -> f64 {
        let line = text.lines().find(|line| line.starts_with(&format!("{name} "))).expect(name);
        line.rsplit(' ').next().unwrap().parse().unwrap()
    };
    assert!(number("cratebase_changes_total") >= 1.0);
    assert!(number("cratebase_database_bytes") > 10_000.0);
    assert!(number("cratebase_collections") >= 6.0);
}
