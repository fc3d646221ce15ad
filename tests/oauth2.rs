//! Sign-in by OAuth2 against a provider of the tests' own.

mod apple;
mod hostile;
mod id_tokens;
mod idp;
mod linking;
mod newcomers;
mod providers;
mod returns;
mod sign_in;

use serde_json::{Value as Json, json};

use crate::support::{Answer, SUPERUSER, TestApp, Who};
use idp::Idp;

/// A server whose `users` may sign in at `idp`.
async fn app(idp: &Idp) -> TestApp {
    let app = TestApp::start().await;
    offer(&app, idp.provider("oidc", json!({}))).await;
    app
}

/// `users` may sign in with this provider, which maps what the sample collection has fields for.
async fn offer(app: &TestApp, provider: Json) {
    change(app, json!({"oauth2": {"enabled": true, "providers": [provider]}})).await;
}

/// Changes the collection `users`.
async fn change(app: &TestApp, changes: Json) {
    app.call(SUPERUSER, "PATCH /api/collections/users").json(changes).await.is(200);
}

/// Somebody the provider vouches for.
fn person(name: &str) -> Json {
    json!({"sub": format!("id-{name}"), "name": name, "email": format!("{name}@example.com"), "email_verified": true})
}

/// Signs in with a code, over `more` keys of the form.
async fn sign_in(app: &TestApp, who: Who, code: &str, more: Json) -> Answer {
    let mut form = json!({"provider": "oidc", "code": code, "codeVerifier": "verifier", "redirectURL": "https://app.example/back"});
    for (key, value) in more.as_object().unwrap() {
        form[key] = value.clone();
    }
    app.call(who, "POST /api/collections/users/auth-with-oauth2").json(form).await
}

/// The links of accounts, as (account, provider, provider's id), in order.
async fn links(app: &TestApp) -> Vec<(String, String, String)> {
    let list =
        app.call(SUPERUSER, "GET /api/collections/_externalAuths/records?sort=created,providerId").await.is(200).json();
    let text = |row: &Json, key: &str| row[key].as_str().unwrap().to_string();
    let row = |row: &Json| (text(row, "recordRef"), text(row, "provider"), text(row, "providerId"));
    list["items"].as_array().unwrap().iter().map(row).collect()
}

/// How many users there are.
async fn count(app: &TestApp) -> u64 {
    app.call(SUPERUSER, "GET /api/collections/users/records").await.is(200).json()["totalItems"].as_u64().unwrap()
}
