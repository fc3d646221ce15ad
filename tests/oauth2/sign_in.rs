//! From a code to a session, and what the answer says.

use serde_json::{Value as Json, json};

use super::idp::Idp;
use super::{app, change, count, links, offer, person, sign_in};
use crate::support::{GUEST, TestApp};

#[tokio::test]
async fn a_person_gets_one_account_and_a_session() {
    let idp = Idp::start().await;
    let app = app(&idp).await;
    idp.code("c1", person("dana"));
    let first = sign_in(&app, GUEST, "c1", json!({})).await;
    first.is(200).has(json!({
        "record": {"email": "dana@example.com", "verified": true, "name": "dana", "collectionName": "users"},
        "meta": {
            "id": "id-dana", "name": "dana", "username": "", "email": "dana@example.com", "avatarURL": "", "avatarUrl": "",
            "accessToken": "at-c1", "refreshToken": "rt", "expiry": "2026-01-02 03:05:05.678Z", "isNew": true,
            "rawUser": person("dana"),
        },
    }));
    let first = first.json();
    assert_eq!(first.as_object().unwrap().len(), 3);
    idp.code("c2", person("dana"));
    let again = sign_in(&app, GUEST, "c2", json!({})).await;
    again.is(200).has(json!({"record": {"id": first["record"]["id"]}, "meta": {"isNew": false}}));
    assert_eq!(links(&app).await, [(first["record"]["id"].as_str().unwrap().into(), "oidc".into(), "id-dana".into())]);
    let token = first["token"].as_str().unwrap();
    app.call(GUEST, "POST /api/collections/users/auth-refresh").header("Authorization", token).await.is(200);
}

#[tokio::test]
async fn the_provider_is_told_what_it_needs() {
    let idp = Idp::start().await;
    let app = app(&idp).await;
    idp.code("c1", person("dana"));
    sign_in(&app, GUEST, "c1", json!({})).await.is(200);
    let asked = &idp.seen("/token")[0];
    let form = |key: &str| asked.form.get(key).map(String::as_str);
    assert_eq!(form("grant_type"), Some("authorization_code"));
    assert_eq!((form("code"), form("code_verifier")), (Some("c1"), Some("verifier")));
    assert_eq!(form("redirect_uri"), Some("https://app.example/back"));
    assert_eq!((form("client_id"), form("client_secret")), (None, None), "the header says it");
    assert_eq!(idp.seen("/me")[0].headers["authorization"], "Bearer at-c1");

    offer(&app, idp.provider("oidc", json!({"pkce": false}))).await;
    idp.code("c2", person("dana"));
    // The old spelling, and the verifier of a client that has one anyway.
    sign_in(&app, GUEST, "c2", json!({"redirectURL": null, "redirectUrl": "https://old.example"})).await.is(200);
    let asked = &idp.seen("/token")[1];
    assert_eq!(asked.form.get("code_verifier"), None);
}

#[tokio::test]
async fn clients_name_themselves_as_the_provider_likes_it() {
    let idp = Idp::start().await;
    let app = app(&idp).await;
    idp.refuse_basic();
    for code in ["c1", "c2"] {
        idp.code(code, person("dana"));
        sign_in(&app, GUEST, code, json!({})).await.is(200);
    }
    let by_header: Vec<bool> =
        idp.seen("/token").iter().map(|seen| seen.headers.contains_key("authorization")).collect();
    assert_eq!(by_header, [true, false, false], "what works is remembered");
}

#[tokio::test]
async fn forms_are_checked_before_anybody_is_asked() {
    let idp = Idp::start().await;
    let app = app(&idp).await;
    const LOADING: &str = "An error occurred while loading the submitted data.";
    let line = "POST /api/collections/users/auth-with-oauth2";
    app.table(&[
        (GUEST, line, json!({}), 400, json!({"message": LOADING, "data": {"provider": {"code": "validation_required"}, "code": {"code": "validation_required"}}})),
        (GUEST, line, json!({"provider": "google", "code": "x"}), 400, json!({"data": {"provider": {
            "code": "validation_invalid_provider", "message": "Provider with name google is missing or is not enabled.", "params": {"name": "google"}}}})),
        (GUEST, line, json!({"provider": "x".repeat(101), "code": "x"}), 400, json!({"data": {"provider": {"code": "validation_length_too_long", "params": {"max": 100}}}})),
        (GUEST, line, json!({"provider": 5, "code": "x"}), 400, json!({"message": LOADING, "data": {}})),
        (GUEST, line, json!({"provider": "oidc", "code": "x", "createData": []}), 400, json!({"message": LOADING, "data": {}})),
        (GUEST, "POST /api/collections/posts/auth-with-oauth2", json!({}), 404, json!({"message": "Missing or invalid auth collection context."})),
        (GUEST, "POST /api/collections/none/auth-with-oauth2", json!({}), 404, json!({"message": "Missing or invalid collection context."})),
        (GUEST, "POST /api/collections/_superusers/auth-with-oauth2", json!({}), 403, json!({"message": "The collection is not configured to allow OAuth2 authentication."})),
    ])
    .await;
    assert!(idp.seen("/token").is_empty());
}

/// Security case 5.
#[tokio::test]
async fn a_code_serves_once() {
    let idp = Idp::start().await;
    let app = app(&idp).await;
    idp.code("c1", person("dana"));
    sign_in(&app, GUEST, "c1", json!({})).await.is(200);
    sign_in(&app, GUEST, "c1", json!({})).await.refuses(400, "Failed to fetch OAuth2 token.");
}

#[tokio::test]
async fn rules_and_factors_come_after_the_person_is_known() {
    let idp = Idp::start().await;
    let app = app(&idp).await;
    change(&app, json!({"authRule": "@request.context = 'oauth2' && email != 'dana@example.com'"})).await;
    idp.code("c1", person("dana"));
    let message = "The request doesn't satisfy the collection requirements to authenticate.";
    sign_in(&app, GUEST, "c1", json!({})).await.refuses(403, message);
    assert_eq!(links(&app).await.len(), 1, "whose account it is stays known");

    change(&app, json!({"authRule": "", "mfa": {"enabled": true}})).await;
    let form = json!({"identity": "alice@example.com", "password": "correct horse"});
    let first = app.call(GUEST, "POST /api/collections/users/auth-with-password").json(form).await.is(401).json();
    idp.code("c2", person("alice"));
    sign_in(&app, GUEST, "c2", json!({"mfaId": first["mfaId"]}))
        .await
        .is(200)
        .has(json!({"record": {"id": "alice0000000000"}}));
    idp.code("c3", person("alice"));
    let only = sign_in(&app, GUEST, "c3", json!({})).await.is(401).json();
    assert_eq!(only.as_object().unwrap().len(), 1);
}

#[tokio::test]
async fn many_first_sign_ins_at_once_make_one_account() {
    let idp = Idp::start().await;
    let app = app(&idp).await;
    let before = count(&app).await;
    let codes: Vec<String> = (0..8).map(|n| format!("c{n}")).collect();
    for code in &codes {
        idp.code(code, person("dana"));
    }
    let answers = futures_util::future::join_all(codes.iter().map(|code| sign_in(&app, GUEST, code, json!({})))).await;
    let new = answers.iter().filter(|answer| answer.is(200).json()["meta"]["isNew"] == true).count();
    assert_eq!((new, count(&app).await - before, links(&app).await.len()), (1, 1, 1));
}

#[tokio::test]
async fn secrets_are_never_shown() {
    let idp = Idp::start().await;
    let app = app(&idp).await;
    let shown = app.call(crate::support::SUPERUSER, "GET /api/collections/users").await.is(200).text();
    assert!(!shown.contains("hush-hush") && !shown.contains("clientSecret"));
    let methods = app.call(GUEST, "GET /api/collections/users/auth-methods").await;
    assert!(!methods.is(200).text().contains("hush-hush"));
    let offered: Json = methods.json()["oauth2"]["providers"][0].clone();
    let url = offered["authURL"].as_str().unwrap();
    assert!(
        url.starts_with(&format!("{}/authorize?client_id=us&code_challenge=", idp.url))
            && url.ends_with("&redirect_uri=")
    );
    drop::<TestApp>(app);
}
