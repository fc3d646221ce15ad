//! Browsers that come back from a provider: whom the code reaches, and which page is shown.

use std::sync::{Arc, Mutex};

use jsonwebtoken::Algorithm::RS256;
use serde_json::json;

use cratebase::auth::oauth2::redirect::Delivery;

use super::idp::{Idp, sign};
use super::{offer, sign_in};
use crate::support::{Answer, GUEST, START_MS, TestApp};

const SUCCESS: &str = "../_/#/auth/oauth2-redirect-success";
const FAILURE: &str = "../_/#/auth/oauth2-redirect-failure";

/// The client `here` waits; what reaches it is collected.
fn wait(app: &TestApp) -> Arc<Mutex<Vec<Delivery>>> {
    let reached = Arc::new(Mutex::new(Vec::new()));
    let inbox = Arc::clone(&reached);
    app.services.auth.on_redirect(move |delivery| {
        inbox.lock().unwrap().push(delivery.clone());
        delivery.client == "here"
    });
    reached
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
    let reached = wait(&app);
    let rows = [
        ("state=here&code=c", SUCCESS, Some(r#"{"state":"here","code":"c"}"#)),
        ("state=here&code=c&error=denied", FAILURE, Some(r#"{"state":"here","code":"c","error":"denied"}"#)),
        ("state=here&error=denied", FAILURE, Some(r#"{"state":"here","code":"","error":"denied"}"#)),
        ("state=here", FAILURE, Some(r#"{"state":"here","code":""}"#)),
        ("state=gone&code=c", FAILURE, Some(r#"{"state":"gone","code":"c"}"#)),
        ("code=c", FAILURE, None),
        ("", FAILURE, None),
    ];
    for (query, page, data) in rows {
        let answer = app.call(GUEST, &format!("GET /api/oauth2-redirect?{query}")).await;
        shows(&answer, 307, page);
        let delivered = reached.lock().unwrap().pop();
        assert_eq!(delivered.as_ref().map(|delivery| delivery.data.as_str()), data, "{query}");
        assert!(delivered.is_none_or(|delivery| delivery.ip == "127.0.0.1"));
    }
    shows(&app.call(GUEST, "POST /api/oauth2-redirect").form(&[("state", "here"), ("code", "42")]).await, 303, SUCCESS);
    assert_eq!(reached.lock().unwrap().pop().unwrap().data, r#"{"state":"here","code":"42"}"#);
    shows(&app.call(GUEST, "POST /api/oauth2-redirect").body("application/json", "{").await, 303, FAILURE);
}

#[tokio::test]
async fn apples_name_for_a_person_is_remembered_until_its_code_is_used() {
    let idp = Idp::start().await;
    let app = TestApp::start().await;
    let extra = json!({"jwksURL": format!("{}/keys", idp.url)});
    offer(&app, idp.provider("apple", json!({"userInfoURL": "", "extra": extra}))).await;
    wait(&app);
    for (code, wait_ms, name) in [("c1", 59_000, "Dana Doe"), ("c2", 61_000, "")] {
        let now = START_MS / 1000;
        let claims = json!({
            "iss": "https://appleid.apple.com", "aud": "us", "sub": code, "email": format!("{code}@example.com"),
            "email_verified": "true", "iat": now, "exp": now + 600,
        });
        idp.code_for(code, json!({"access_token": "at", "id_token": sign("rsa", RS256, &claims)}), json!({}));
        let user = r#"{"name":{"firstName":"Dana","lastName":"Doe"},"email":"x"}"#;
        let form = [("state", "here"), ("code", code), ("user", user)];
        shows(&app.call(GUEST, "POST /api/oauth2-redirect").form(&form).await, 303, SUCCESS);
        app.wait_ms(wait_ms);
        let answer = sign_in(&app, GUEST, code, json!({"provider": "apple"})).await;
        answer.is(200).has(json!({"meta": {"name": name}, "record": {"name": name, "verified": true}}));
    }
}
