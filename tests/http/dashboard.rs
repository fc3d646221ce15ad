//! Documents of the dashboard: what one superuser puts there, all of them find.

use serde_json::json;

use crate::support::{As, GUEST, SUPERUSER, TestApp};

#[tokio::test]
async fn documents_are_kept_replaced_and_removed() {
    let app = TestApp::start().await;
    let all = || async { app.call(SUPERUSER, "GET /api/dashboard").await.is(200).json() };
    assert_eq!(all().await, json!({}));
    let groups = json!([{"name": "Shop", "collections": ["a", "b"]}, 1.5, "ü\n", null]);
    app.call(SUPERUSER, "PUT /api/dashboard/groups").json(groups.clone()).await.is(204);
    app.call(SUPERUSER, "PUT /api/dashboard/views").json(json!({"users": []})).await.is(204);
    assert_eq!(all().await, json!({"groups": groups, "views": {"users": []}}));
    app.call(SUPERUSER, "PUT /api/dashboard/groups").json(json!([])).await.is(204);
    app.call(SUPERUSER, "PUT /api/dashboard/views").json(json!(null)).await.is(204);
    app.call(SUPERUSER, "PUT /api/dashboard/views").json(json!(null)).await.is(204);
    let app = app.restart().await;
    assert_eq!(app.call(SUPERUSER, "GET /api/dashboard").await.is(200).json(), json!({"groups": []}));
}

#[tokio::test]
async fn there_are_no_more_than_sixty_four() {
    let app = TestApp::start().await;
    let put = |number: u8| {
        let key: String = [b'a' + number / 26, b'a' + number % 26].map(char::from).iter().collect();
        app.call(SUPERUSER, &format!("PUT /api/dashboard/{key}")).json(json!(number))
    };
    for number in 0..64 {
        put(number).await.is(204);
    }
    put(64).await.is(400).has(json!({"data": {"key": {"code": "validation_invalid_value"}}}));
    put(63).await.is(204);
    app.call(SUPERUSER, "PUT /api/dashboard/aa").json(json!(null)).await.is(204);
    put(64).await.is(204);
}

#[tokio::test]
async fn only_superusers_and_only_so_much() {
    let app = TestApp::start().await;
    for (who, status) in [(GUEST, 401), (As("bob"), 403)] {
        app.call(who, "GET /api/dashboard").await.is(status);
        app.call(who, "PUT /api/dashboard/groups").json(json!([])).await.is(status);
    }
    let key = json!({"data": {"key": {"code": "validation_invalid_value"}}});
    for line in
        ["PUT /api/dashboard/a.b", "PUT /api/dashboard/Groups", &format!("PUT /api/dashboard/{}", "a".repeat(33))]
    {
        app.call(SUPERUSER, line).json(json!([])).await.is(400).has(key.clone());
    }
    app.call(SUPERUSER, "PUT /api/dashboard/groups").body("application/json", "{").await.is(400);
    app.call(SUPERUSER, "PUT /api/dashboard/groups").body("text/plain", "[]").await.is(400);
    app.call(SUPERUSER, "PUT /api/dashboard/groups").json(json!("x".repeat(257 << 10))).await.is(413);
    assert_eq!(app.call(SUPERUSER, "GET /api/dashboard").await.is(200).json(), json!({}));
}
