//! Superusers acting as somebody else.

use serde_json::json;

use crate::support::{As, GUEST, SUPERUSER, TestApp};

const BOB: &str = "POST /api/collections/users/impersonate/bob000000000000";

#[tokio::test]
async fn the_token_is_the_others_cannot_be_renewed_and_lasts_as_long_as_asked() {
    let app = TestApp::start().await;
    let answer = app.call(SUPERUSER, BOB).json(json!({"duration": 100})).await;
    answer.is(200).has(json!({"record": {"id": "bob000000000000", "email": "bob@example.com"}}));
    let token = answer.json()["token"].as_str().unwrap().to_string();
    let refresh = app.call(GUEST, "POST /api/collections/users/auth-refresh").header("Authorization", &token).await;
    refresh.is(200).has(json!({"token": token}));
    app.wait_ms(100_000);
    app.call(GUEST, "POST /api/collections/users/auth-refresh").header("Authorization", &token).await.is(401);
}

/// Security case 10.
#[tokio::test]
async fn only_superusers_may() {
    let app = TestApp::start().await;
    app.call(GUEST, BOB).await.is(401);
    app.call(As("bob"), BOB).await.is(403);
    // Neither may who only acts as somebody.
    let token = app.call(SUPERUSER, BOB).await.is(200).json()["token"].as_str().unwrap().to_string();
    app.call(GUEST, BOB).header("Authorization", &token).await.is(403);
}

#[tokio::test]
async fn wrong_targets_and_durations() {
    let app = TestApp::start().await;
    let least = json!({"data": {"duration": {"code": "validation_min_greater_equal_than_required"}}});
    app.call(SUPERUSER, BOB).json(json!({"duration": -1})).await.is(400).has(least);
    app.call(SUPERUSER, BOB).json(json!({"duration": "x"})).await.is(400);
    app.call(SUPERUSER, BOB).json(json!({"duration": 1.5})).await.is(400);
    let unknown = "The requested resource wasn't found.";
    app.call(SUPERUSER, "POST /api/collections/users/impersonate/nobody").await.refuses(404, unknown);
    for collection in ["posts", "nope"] {
        let line = format!("POST /api/collections/{collection}/impersonate/bob000000000000");
        app.call(SUPERUSER, &line).await.refuses(404, "Missing or invalid auth collection context.");
    }
}
