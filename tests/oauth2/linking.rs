//! Accounts that were there before: whose they become, and what ends when they change hands.

use serde_json::json;

use super::idp::Idp;
use super::{app, count, links, person, sign_in};
use crate::support::{Answer, As, GUEST, SUPERUSER, TestApp};

async fn by_password(app: &TestApp, email: &str, password: &str) -> Answer {
    let form = json!({"identity": email, "password": password});
    app.call(GUEST, "POST /api/collections/users/auth-with-password").json(form).await
}

/// Somebody registers an address that is not theirs, and signs in.
async fn squatter(app: &TestApp) -> (String, String) {
    let user = json!({"email": "dana@example.com", "password": "squatters", "passwordConfirm": "squatters"});
    let made = app.call(GUEST, "POST /api/collections/users/records").json(user).await.is(200).json();
    let token =
        by_password(app, "dana@example.com", "squatters").await.is(200).json()["token"].as_str().unwrap().to_string();
    (made["id"].as_str().unwrap().to_string(), token)
}

/// Security case 1.
#[tokio::test]
async fn an_account_that_was_never_verified_changes_hands() {
    let idp = Idp::start().await;
    let app = app(&idp).await;
    let (id, token) = squatter(&app).await;
    // The squatter has linked a way back in.
    let link =
        json!({"collectionRef": "_pb_users_auth_", "recordRef": id, "provider": "google", "providerId": "squatter"});
    app.record("_externalAuths", link).await;

    idp.code("c", person("dana"));
    sign_in(&app, GUEST, "c", json!({}))
        .await
        .is(200)
        .has(json!({"record": {"id": id, "verified": true}, "meta": {"isNew": false}}));
    by_password(&app, "dana@example.com", "squatters").await.refuses(400, "Failed to authenticate.");
    app.call(GUEST, "POST /api/collections/users/auth-refresh").header("Authorization", &token).await.is(401);
    assert_eq!(links(&app).await, [(id.clone(), "oidc".into(), "id-dana".into())]);
}

/// Security case 1.
#[tokio::test]
async fn an_unverified_account_that_is_linked_changes_hands_as_well() {
    let idp = Idp::start().await;
    let app = app(&idp).await;
    let (id, token) = squatter(&app).await;
    let link =
        json!({"collectionRef": "_pb_users_auth_", "recordRef": id, "provider": "oidc", "providerId": "id-other"});
    app.record("_externalAuths", link).await;
    // The person behind the link has another address, so the account stays unverified.
    idp.code("c", json!({"sub": "id-other", "email": "other@example.com", "email_verified": true}));
    sign_in(&app, GUEST, "c", json!({}))
        .await
        .is(200)
        .has(json!({"record": {"id": id, "verified": false, "email": "dana@example.com"}}));
    by_password(&app, "dana@example.com", "squatters").await.is(400);
    app.call(GUEST, "POST /api/collections/users/auth-refresh").header("Authorization", &token).await.is(401);
    assert_eq!(links(&app).await.len(), 1);
}

#[tokio::test]
async fn a_verified_account_is_only_linked() {
    let idp = Idp::start().await;
    let app = app(&idp).await;
    idp.code("c", person("alice"));
    sign_in(&app, GUEST, "c", json!({})).await.is(200).has(json!({"record": {"id": "alice0000000000", "name": ""}}));
    by_password(&app, "alice@example.com", "correct horse").await.is(200);
    app.call(As("alice"), "POST /api/collections/users/auth-refresh").await.is(200);
    assert_eq!(links(&app).await, [("alice0000000000".into(), "oidc".into(), "id-alice".into())]);
}

/// Security case 3.
#[tokio::test]
async fn an_address_nobody_vouches_for_opens_no_account() {
    let idp = Idp::start().await;
    let app = app(&idp).await;
    let mut profile = person("alice");
    profile["email_verified"] = json!(false);
    idp.code("c", profile);
    sign_in(&app, GUEST, "c", json!({})).await.is(400);
    let mut profile = person("alice");
    profile["email"] = json!("ALICE@example.com");
    idp.code("c", profile);
    // Addresses of this collection differ in case, so this is somebody else's.
    sign_in(&app, GUEST, "c", json!({})).await.is(200).has(json!({"meta": {"isNew": true}}));
    assert!(links(&app).await.iter().all(|(account, _, _)| account != "alice0000000000"));
}

#[tokio::test]
async fn who_is_signed_in_links_another_way_in() {
    let idp = Idp::start().await;
    let app = app(&idp).await;
    idp.code("c1", person("dana"));
    sign_in(&app, As("alice"), "c1", json!({}))
        .await
        .is(200)
        .has(json!({"record": {"id": "alice0000000000", "email": "alice@example.com"}}));
    // An existing link wins over who asks.
    idp.code("c2", person("dana"));
    sign_in(&app, As("bob"), "c2", json!({})).await.is(200).has(json!({"record": {"id": "alice0000000000"}}));
    // A second identity of the same provider is one too many.
    idp.code("c3", person("erin"));
    let refused = sign_in(&app, As("alice"), "c3", json!({})).await;
    refused.is(400).has(json!({"message": "Failed to authenticate.", "data": {
        "collectionRef": {"code": "validation_not_unique"}, "provider": {"code": "validation_not_unique"}, "recordRef": {"code": "validation_not_unique"}}}));
    // Callers of another collection are nobody here.
    idp.code("c4", person("finn"));
    sign_in(&app, SUPERUSER, "c4", json!({})).await.is(200).has(json!({"meta": {"isNew": true}}));
}

#[tokio::test]
async fn the_owner_of_an_unverified_account_keeps_the_password() {
    let idp = Idp::start().await;
    let app = app(&idp).await;
    let (id, token) = squatter(&app).await;
    idp.code("c", person("dana"));
    let form = json!({"provider": "oidc", "code": "c"});
    let line = "POST /api/collections/users/auth-with-oauth2";
    app.call(GUEST, line)
        .header("Authorization", &token)
        .json(form)
        .await
        .is(200)
        .has(json!({"record": {"id": id, "verified": true}}));
    by_password(&app, "dana@example.com", "squatters").await.is(200);
}

#[tokio::test]
async fn somebody_without_a_name_at_the_provider_is_nobody() {
    let idp = Idp::start().await;
    let app = app(&idp).await;
    let before = count(&app).await;
    for (code, who) in [("c1", GUEST), ("c2", As("alice"))] {
        idp.code(code, json!({"email": "dana@example.com", "email_verified": true}));
        let refused = sign_in(&app, who, code, json!({})).await;
        refused.is(400).has(
            json!({"message": "Failed to authenticate.", "data": {"providerId": {"code": "validation_required"}}}),
        );
    }
    assert_eq!((count(&app).await, links(&app).await.len()), (before, 0));
}

#[tokio::test]
async fn links_are_their_accounts_own_to_see_and_remove() {
    let idp = Idp::start().await;
    let app = app(&idp).await;
    idp.code("c", person("alice"));
    let token = sign_in(&app, GUEST, "c", json!({})).await.is(200).json()["token"].as_str().unwrap().to_string();
    let list = "GET /api/collections/_externalAuths/records?filter=recordRef=%22alice0000000000%22";
    app.call(As("bob"), list).await.is(200).has(json!({"items": []}));
    let mine = app.call(As("alice"), list).await.is(200).json();
    assert_eq!(mine["items"][0]["providerId"], "id-alice");
    let line = format!("DELETE /api/collections/_externalAuths/records/{}", mine["items"][0]["id"].as_str().unwrap());
    app.call(As("bob"), &line).await.is(404);
    app.call(GUEST, &line).await.is(404);
    app.call(As("alice"), &line).await.is(204);
    app.call(GUEST, "POST /api/collections/users/auth-refresh").header("Authorization", &token).await.is(200);
    app.call(As("alice"), "POST /api/collections/_externalAuths/records").json(json!({})).await.is(403);
}

#[tokio::test]
async fn becoming_verified_ends_links_made_before() {
    let idp = Idp::start().await;
    let app = app(&idp).await;
    let (id, token) = squatter(&app).await;
    let link =
        json!({"collectionRef": "_pb_users_auth_", "recordRef": id, "provider": "google", "providerId": "squatter"});
    app.record("_externalAuths", link).await;
    app.call(SUPERUSER, &format!("PATCH /api/collections/users/records/{id}"))
        .json(json!({"verified": true}))
        .await
        .is(200);
    assert!(links(&app).await.is_empty());
    app.call(GUEST, "POST /api/collections/users/auth-refresh").header("Authorization", &token).await.is(401);
    // Of an account without links the tokens stay.
    let user = json!({"email": "erin@example.com", "password": "correct horse", "passwordConfirm": "correct horse"});
    let erin = app.record("users", user).await;
    let token = by_password(&app, "erin@example.com", "correct horse").await.is(200).json()["token"]
        .as_str()
        .unwrap()
        .to_string();
    let line = format!("PATCH /api/collections/users/records/{}", erin["id"].as_str().unwrap());
    app.call(SUPERUSER, &line).json(json!({"verified": true})).await.is(200);
    app.call(GUEST, "POST /api/collections/users/auth-refresh").header("Authorization", &token).await.is(200);
}

#[tokio::test]
async fn an_account_without_an_address_gets_the_providers() {
    let idp = Idp::start().await;
    let app = app(&idp).await;
    let mut fields = app.call(SUPERUSER, "GET /api/collections/users").await.json()["fields"].clone();
    fields.as_array_mut().unwrap().iter_mut().find(|field| field["name"] == "email").unwrap()["required"] =
        json!(false);
    super::change(&app, json!({"fields": fields})).await;
    for (sub, verified) in [("1", false), ("2", true)] {
        let nameless = json!({"password": "correct horse", "passwordConfirm": "correct horse", "verified": verified});
        let id = app.record("users", nameless).await["id"].clone();
        let link = json!({"collectionRef": "_pb_users_auth_", "recordRef": id, "provider": "oidc", "providerId": sub});
        app.record("_externalAuths", link).await;
        let email = format!("dana{sub}@example.com");
        idp.code("c", json!({"sub": sub, "email": email, "email_verified": true}));
        let answer = sign_in(&app, GUEST, "c", json!({})).await;
        answer.is(200).has(json!({"record": {"id": id, "email": email, "verified": true}}));
    }
}
