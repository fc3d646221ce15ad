//! Who asks: tokens in the Authorization header, guards, the superusers' allow-list, addresses behind proxies.

use serde_json::json;

use crate::support::{As, GUEST, SUPERUSER, TestApp};

const UNAUTHORIZED: &str = "The request requires valid record authorization token.";

#[tokio::test]
async fn bearer_is_optional_and_in_any_case() {
    let app = TestApp::start().await;
    let token = SUPERUSER.token().unwrap();
    for header in [token.clone(), format!("Bearer {token}"), format!("bearer {token}"), format!("BEARER {token}")] {
        app.call(GUEST, "GET /api/settings").header("Authorization", &header).await.is(200);
    }
    for header in [format!("Basic {token}"), format!("Bearer  {token}"), format!("Token {token}")] {
        app.call(GUEST, "GET /api/settings").header("Authorization", &header).await.refuses(401, UNAUTHORIZED);
    }
}

#[tokio::test]
async fn a_bad_token_is_no_token() {
    let app = TestApp::start().await;
    let mut forged = As("bob").token().unwrap();
    forged.push('x');
    for token in ["", "junk", "a.b.c", forged.as_str()] {
        app.call(GUEST, "GET /api/health").header("Authorization", token).await.is(200);
        app.call(GUEST, "GET /api/settings").header("Authorization", token).await.refuses(401, UNAUTHORIZED);
    }
}

/// Security case 16: the schema is for superusers.
#[tokio::test]
async fn superuser_routes_tell_guests_from_others() {
    let app = TestApp::start().await;
    let lines = [
        "GET /api/settings",
        "PATCH /api/settings",
        "GET /api/collections",
        "GET /api/collections/posts",
        "POST /api/collections",
        "PATCH /api/collections/posts",
        "DELETE /api/collections/posts",
        "DELETE /api/collections/posts/truncate",
        "PUT /api/collections/import",
        "GET /api/collections/meta/scaffolds",
        "GET /api/collections/meta/oauth2-providers",
        "POST /api/collections/meta/dry-run-view",
    ];
    for line in lines {
        app.call(GUEST, line).await.refuses(401, UNAUTHORIZED);
        let message = "The authorized record is not allowed to perform this action.";
        app.call(As("bob"), line).await.refuses(403, message);
    }
}

#[tokio::test]
async fn refresh_wants_a_record_of_the_collection_it_names() {
    let app = TestApp::start().await;
    app.call(GUEST, "POST /api/collections/users/auth-refresh").await.refuses(401, UNAUTHORIZED);
    let message = "The request requires auth record from _superusers collection.";
    app.call(SUPERUSER, "POST /api/collections/users/auth-refresh").await.refuses(403, message);
    let message = "Missing or invalid collection context.";
    app.call(GUEST, "POST /api/collections/none/auth-refresh").await.refuses(404, message);
    app.call(As("bob"), "POST /api/collections/users/auth-refresh").await.is(200);
    app.call(As("bob"), "POST /api/collections/_pb_users_auth_/auth-refresh").await.is(200);
}

#[tokio::test]
async fn superusers_may_be_tied_to_addresses() {
    let app = TestApp::start().await;
    let proxied = json!({"trustedProxy": {"headers": ["X-Real-IP"]}, "superuserIPs": ["127.0.0.1", "10.0.0.0/8"]});
    app.call(SUPERUSER, "PATCH /api/settings").json(proxied).await.is(200);
    let message = "You are not allowed to perform this request.";
    app.call(SUPERUSER, "GET /api/health").header("X-Real-IP", "11.0.0.1").await.refuses(403, message);
    app.call(SUPERUSER, "GET /api/health").header("X-Real-IP", "10.1.2.3").await.is(200);
    app.call(SUPERUSER, "GET /api/health").await.is(200);
    app.call(As("bob"), "GET /api/health").header("X-Real-IP", "11.0.0.1").await.is(200);
}

#[tokio::test]
async fn health_tells_superusers_how_they_arrived() {
    let app = TestApp::start().await;
    let data = json!({"data": {"canBackup": true, "realIP": "127.0.0.1", "possibleProxyHeader": "X-Forwarded-For"}});
    app.call(SUPERUSER, "GET /api/health").header("X-Forwarded-For", "1.2.3.4").await.is(200).has(data);
    app.call(SUPERUSER, "PATCH /api/settings")
        .json(json!({"trustedProxy": {"headers": ["X-Forwarded-For"]}}))
        .await
        .is(200);
    let answer = app.call(SUPERUSER, "GET /api/health").header("X-Forwarded-For", "::1, 1.2.3.4").await;
    answer.has(json!({"data": {"realIP": "1.2.3.4"}}));
}

#[tokio::test]
async fn rules_may_ask_for_request_headers() {
    let app = TestApp::start().await;
    let notes = json!({
        "name": "notes", "type": "base", "fields": [{"name": "text", "type": "text"}],
        "listRule": "@request.headers.x_key = 'open sesame'", "viewRule": "@request.query.key = text",
    });
    app.collection(notes).await;
    let note = app.record("notes", json!({"text": "a"})).await;
    let id = note["id"].as_str().unwrap();
    app.call(GUEST, "GET /api/collections/notes/records").await.is(200).ids(&[]);
    app.call(GUEST, "GET /api/collections/notes/records").header("X-Key", "open sesame").await.is(200).ids(&[id]);
    app.call(GUEST, &format!("GET /api/collections/notes/records/{id}")).await.is(404);
    app.call(GUEST, &format!("GET /api/collections/notes/records/{id}?key=a")).await.is(200);
}

#[tokio::test]
async fn tokens_end_when_their_time_is_up() {
    let app = TestApp::start().await;
    app.call(SUPERUSER, "GET /api/settings").await.is(200);
    app.wait_ms(25 * 3600 * 1000);
    app.call(SUPERUSER, "GET /api/settings").await.refuses(401, UNAUTHORIZED);
}
