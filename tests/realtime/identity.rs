//! Who a stream is, over time.

use serde_json::json;

use super::Stream;
use crate::support::{As, SUPERUSER, TestApp};

const BOB: &str = "/api/collections/users/records/bob000000000000";

async fn members(app: &TestApp) {
    let rule = "@request.auth.name != '' || text = 'public'";
    app.collection(json!({
        "name": "notes", "type": "base", "listRule": rule, "fields": [{"name": "text", "type": "text"}],
    }))
    .await;
}

/// The texts of the next notes told, after these were made.
async fn notes(app: &TestApp, stream: &mut Stream, texts: &[&str], expected: &[&str]) {
    for text in texts {
        app.record("notes", json!({"text": text})).await;
    }
    for text in expected {
        assert_eq!(stream.next().await.field("text"), *text);
    }
}

#[tokio::test]
async fn a_stream_sees_its_account_as_it_is_now() {
    let app = TestApp::start().await;
    members(&app).await;
    let mut stream = Stream::of(&app, As("bob"), &["notes/*"]).await;
    notes(&app, &mut stream, &["1", "public"], &["public"]).await;
    app.call(SUPERUSER, &format!("PATCH {BOB}")).json(json!({"name": "Bob"})).await.is(200);
    notes(&app, &mut stream, &["2"], &["2"]).await;
}

/// Security case 8.
#[tokio::test]
async fn a_new_password_makes_a_guest_of_every_stream_at_once() {
    let app = TestApp::start().await;
    members(&app).await;
    app.call(SUPERUSER, &format!("PATCH {BOB}")).json(json!({"name": "Bob"})).await.is(200);
    let mut stream = Stream::of(&app, As("bob"), &["notes/*"]).await;
    notes(&app, &mut stream, &["1"], &["1"]).await;
    let password = json!({"password": "another one 1", "passwordConfirm": "another one 1"});
    app.call(SUPERUSER, &format!("PATCH {BOB}")).json(password).await.is(200);
    notes(&app, &mut stream, &["2", "public"], &["public"]).await;
    // A guest may become someone again.
    stream.subscribe(&app, As("alice"), &["notes/*"]).await.is(204);
}

/// Security case 8.
#[tokio::test]
async fn a_deleted_account_hears_of_that_and_is_a_guest() {
    let app = TestApp::start().await;
    members(&app).await;
    app.call(SUPERUSER, &format!("PATCH {BOB}")).json(json!({"name": "Bob"})).await.is(200);
    let mut stream = Stream::of(&app, As("bob"), &["notes/*", "users/bob000000000000"]).await;
    app.call(SUPERUSER, &format!("DELETE {BOB}")).await.is(204);
    assert_eq!(stream.next().await.told(), "delete bob000000000000");
    notes(&app, &mut stream, &["1", "public"], &["public"]).await;
}

#[tokio::test]
async fn new_token_secrets_and_a_deleted_collection_make_guests() {
    let app = TestApp::start().await;
    members(&app).await;
    app.call(SUPERUSER, &format!("PATCH {BOB}")).json(json!({"name": "Bob"})).await.is(200);
    let mut stream = Stream::of(&app, As("bob"), &["notes/*"]).await;
    let secret = json!({"authToken": {"secret": "s".repeat(50), "duration": 1000}});
    app.call(SUPERUSER, "PATCH /api/collections/users").json(secret).await.is(200);
    notes(&app, &mut stream, &["1", "public"], &["public"]).await;
}
