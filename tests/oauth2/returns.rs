//! Browsers that come back from a provider: whom the code reaches, and which page is shown.

use jsonwebtoken::Algorithm::RS256;
use serde_json::json;

use super::idp::{Idp, sign};
use super::{offer, sign_in};
use crate::realtime::Stream;
use crate::support::{Answer, GUEST, START_MS, SUPERUSER, TestApp};

const SUCCESS: &str = "../_/#/auth/oauth2-redirect-success";
const FAILURE: &str = "../_/#/auth/oauth2-redirect-failure";

/// A client that waits for what a browser brings back.
async fn wait(app: &TestApp) -> Stream {
    Stream::of(app, GUEST, &["@oauth2"]).await
}

#[track_caller]
fn shows(answer: &Answer, status: u16, page: &str) {
    if cfg!(feature = "ui") {
        answer.is(status);
        assert_eq!(answer.header("location"), page);
    } else {
        answer.is(200);
    }
}

#[tokio::test]
async fn without_a_client_that_waits_there_is_only_the_page() {
    let app = TestApp::start().await;
    shows(&app.call(GUEST, "GET /api/oauth2-redirect?state=s&code=c").await, 307, FAILURE);
    shows(&app.call(GUEST, "POST /api/oauth2-redirect").form(&[("state", "s"), ("code", "c")]).await, 303, FAILURE);
}

#[tokio::test]
async fn the_code_reaches_the_client_that_waits() {
    let app = TestApp::start().await;
    for (query, page, data) in [
        ("code=c", SUCCESS, json!({"code": "c"})),
        ("code=c&error=denied", FAILURE, json!({"code": "c", "error": "denied"})),
        ("error=denied", FAILURE, json!({"code": "", "error": "denied"})),
        ("", FAILURE, json!({"code": ""})),
    ] {
        let mut client = wait(&app).await;
        let line = format!("GET /api/oauth2-redirect?state={}&{query}", client.client);
        shows(&app.call(GUEST, &line).await, 307, page);
        let event = client.next().await;
        let mut expected = data;
        expected["state"] = client.client.as_str().into();
        assert_eq!((event.name.as_str(), event.data), ("@oauth2", expected), "{query}");
        // It serves once.
        shows(&app.call(GUEST, &line).await, 307, FAILURE);
    }
    let mut client = wait(&app).await;
    for query in ["state=gone&code=c", "code=c", ""] {
        shows(&app.call(GUEST, &format!("GET /api/oauth2-redirect?{query}")).await, 307, FAILURE);
    }
    let form = [("state", client.client.clone()), ("code", "42".into())];
    let form: Vec<(&str, &str)> = form.iter().map(|(key, value)| (*key, value.as_str())).collect();
    shows(&app.call(GUEST, "POST /api/oauth2-redirect").form(&form).await, 303, SUCCESS);
    assert_eq!(client.next().await.data["code"], "42");
    shows(&app.call(GUEST, "POST /api/oauth2-redirect").body("application/json", "{").await, 303, FAILURE);
}

#[tokio::test]
async fn a_browser_elsewhere_ends_the_flow() {
    let app = TestApp::start().await;
    let settings = json!({"trustedProxy": {"headers": ["X-Real-IP"]}});
    app.call(SUPERUSER, "PATCH /api/settings").json(settings).await.is(200);
    let client = wait(&app).await;
    let line = format!("GET /api/oauth2-redirect?state={}&code=c", client.client);
    shows(&app.call(GUEST, &line).header("X-Real-IP", "10.0.0.9").await, 307, FAILURE);
    shows(&app.call(GUEST, &line).await, 307, FAILURE);
}

#[tokio::test]
async fn apples_name_for_a_person_is_remembered_until_its_code_is_used() {
    let idp = Idp::start().await;
    let app = TestApp::start().await;
    let extra = json!({"jwksURL": format!("{}/keys", idp.url)});
    offer(&app, idp.provider("apple", json!({"userInfoURL": "", "extra": extra}))).await;
    let (most, more) = ("d".repeat(146), "d".repeat(147));
    for (code, wait_ms, first, name) in [
        ("c1", 59_000, "Dana", "Dana Doe".to_string()),
        ("c2", 61_000, "Dana", String::new()),
        ("c3", 0, most.as_str(), format!("{most} Doe")),
        ("c4", 0, more.as_str(), String::new()),
    ] {
        let now = START_MS / 1000;
        let claims = json!({
            "iss": "https://appleid.apple.com", "aud": "us", "sub": code, "email": format!("{code}@example.com"),
            "email_verified": "true", "iat": now, "exp": now + 600,
        });
        idp.code_for(code, json!({"access_token": "at", "id_token": sign("rsa", RS256, &claims)}), json!({}));
        let user = json!({"name": {"firstName": first, "lastName": "Doe"}, "email": "x"}).to_string();
        let client = wait(&app).await;
        let form = [("state", client.client.as_str()), ("code", code), ("user", user.as_str())];
        shows(&app.call(GUEST, "POST /api/oauth2-redirect").form(&form).await, 303, SUCCESS);
        app.wait_ms(wait_ms);
        let answer = sign_in(&app, GUEST, code, json!({"provider": "apple"})).await;
        answer.is(200).has(json!({"meta": {"name": name}, "record": {"name": name, "verified": true}}));
    }
}
