//! What is never written: whoever reads the log must not be able to act as those in it.

use serde_json::json;

use crate::support::{As, GUEST, SUPERUSER, TestApp};

use super::{clear, entries};

#[tokio::test]
async fn tokens_and_secrets_are_not_stored() {
    let app = TestApp::start().await;
    clear(&app).await;
    let token = As("bob").token().unwrap();
    app.call(GUEST, &format!("GET /api/files/posts/x/y.png?token={token}&thumb=1x1")).await.is(404);
    app.call(GUEST, &format!("GET /api/nothing/{token}")).await.is(404);
    app.call(GUEST, "GET /api/nothing?password=hunter2hunter2&to%6Ben=hunter3").await.is(404);
    app.call(GUEST, "POST /api/oauth2-redirect?code=hunter4&state=hunter5").await;
    let referer = format!("https://app.example/?token={token}");
    app.call(As("bob"), "GET /api/health").header("Referer", &referer).await.is(200);
    app.call(GUEST, "GET /api/health").header("User-Agent", &token).header("Cookie", "x=hunter6").await.is(200);
    let wrong = json!({"identity": "bob@example.com", "password": "hunter7hunter7"});
    app.call(GUEST, "POST /api/collections/users/auth-with-password").json(wrong).await.is(400);
    let bad = json!({"smtp": {"password": "hunter8", "port": -1}});
    app.call(SUPERUSER, "PATCH /api/settings").json(bad).await.is(400);

    let all = entries(&app).await;
    assert!(all.len() >= 7, "{all:#?}");
    let text = serde_json::to_string(&all).unwrap();
    for secret in [token.as_str(), "hunter", SUPERUSER.token().unwrap().as_str()] {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
    assert_eq!(all[0]["data"]["url"], "/api/files/posts/x/y.png?token=***&thumb=1x1");
    // Nor are they in the file itself, where a deleted row would leave them.
    for file in ["auxiliary.db", "auxiliary.db-wal"] {
        let bytes = std::fs::read(app.dir().join("data").join(file)).unwrap_or_default();
        assert!(!bytes.windows(6).any(|window| window == b"hunter"), "{file}");
    }
}
