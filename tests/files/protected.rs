//! Protected files: the view rule decides, about whoever the file token speaks for.

use serde_json::json;

use super::{add, albums, get, path};
use crate::support::{As, GUEST, SUPERUSER, TestApp, Who};

async fn token(app: &TestApp, who: Who) -> String {
    let answer = app.call(who, "POST /api/files/token").await.is(200).json();
    answer["token"].as_str().unwrap().to_string()
}

#[tokio::test]
async fn the_view_rule_lets_through_or_not() {
    let app = albums().await;
    let secret = path(&add(&app, "secret", "s.txt", b"secret").await, "secret");
    app.call(GUEST, &get(&secret)).await.is(404);
    // The Authorization header plays no part, whoever it is.
    app.call(As("alice"), &get(&secret)).await.is(404);
    app.call(SUPERUSER, &get(&secret)).await.is(404);
    for (who, status) in [(As("alice"), 200), (As("bob"), 404), (SUPERUSER, 200)] {
        let line = format!("{}?token={}", get(&secret), token(&app, who).await);
        let answer = app.call(GUEST, &line).await;
        answer.is(status);
        if status == 200 {
            assert_eq!(answer.body, b"secret");
            assert!(answer.header("cache-control").starts_with("private"), "no proxy may keep it");
        }
    }
    let auth = As("alice").token().unwrap();
    app.call(GUEST, &format!("{}?token={auth}", get(&secret))).await.is(404);
    app.call(GUEST, &format!("{}?token=x.y.z", get(&secret))).await.is(404);
    let rule = json!({"viewRule": ""});
    app.call(SUPERUSER, "PATCH /api/collections/albums").json(rule).await.is(200);
    app.call(GUEST, &get(&secret)).await.is(200);
    let rule = json!({"viewRule": null});
    app.call(SUPERUSER, "PATCH /api/collections/albums").json(rule).await.is(200);
    let line = format!("{}?token={}", get(&secret), token(&app, As("alice")).await);
    app.call(GUEST, &line).await.is(404);
}

#[tokio::test]
async fn file_tokens_end() {
    let app = albums().await;
    let secret = path(&add(&app, "secret", "s.txt", b"secret").await, "secret");
    let line = format!("{}?token={}", get(&secret), token(&app, As("alice")).await);
    app.call(GUEST, &line).await.is(200);
    app.wait_ms(181_000);
    app.call(GUEST, &line).await.is(404);
    let line = format!("{}?token={}", get(&secret), token(&app, As("alice")).await);
    let change = json!({"password": "another one", "passwordConfirm": "another one", "oldPassword": "correct horse"});
    app.call(As("alice"), "PATCH /api/collections/users/records/alice0000000000").json(change).await.is(200);
    app.call(GUEST, &line).await.is(404);
}

#[tokio::test]
async fn a_file_token_is_good_for_files_only() {
    let app = albums().await;
    let token = token(&app, SUPERUSER).await;
    app.call(GUEST, "GET /api/collections").header("Authorization", &token).await.is(401);
}

#[tokio::test]
async fn superusers_from_elsewhere_are_guests() {
    let app = albums().await;
    let secret = path(&add(&app, "secret", "s.txt", b"secret").await, "secret");
    let line = format!("{}?token={}", get(&secret), token(&app, SUPERUSER).await);
    app.call(GUEST, &line).await.is(200);
    let settings = json!({"superuserIPs": ["127.0.0.1", "10.0.0.1"], "trustedProxy": {"headers": ["X-Real-IP"]}});
    app.call(SUPERUSER, "PATCH /api/settings").json(settings).await.is(200);
    app.call(GUEST, &line).header("X-Real-IP", "10.0.0.1").await.is(200);
    app.call(GUEST, &line).header("X-Real-IP", "10.0.0.2").await.is(404);
}
