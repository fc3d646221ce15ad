//! Accounts as records: what their owners, their managers and others may change and see.

use serde_json::{Value as Json, json};

use super::{list, stored, with};
use crate::support::{As, GUEST, SUPERUSER, TestApp};

const ALICE: &str = "PATCH /api/collections/users/records/alice0000000000";
const PASSWORD: &str = "correct horse";

fn alice() -> Json {
    json!({"id": "alice0000000000"})
}

#[tokio::test]
async fn a_new_password_ends_all_tokens_and_needs_the_old_one() {
    let app = TestApp::start().await;
    let new = json!({"password": "battery staple", "passwordConfirm": "battery staple"});
    for (body, key, code) in [
        (new.clone(), "oldPassword", "validation_required"),
        (with(new.clone(), json!({"oldPassword": "guess"})), "oldPassword", "validation_invalid_old_password"),
        (with(new.clone(), json!({"passwordConfirm": "other"})), "passwordConfirm", "validation_values_mismatch"),
    ] {
        app.call(As("alice"), ALICE).json(body).await.is(400).has(json!({"data": {key: {"code": code}}}));
    }
    app.call(As("alice"), "POST /api/collections/users/auth-refresh").await.is(200);
    app.call(As("alice"), ALICE).json(with(new, json!({"oldPassword": PASSWORD}))).await.is(200);
    app.call(As("alice"), "POST /api/collections/users/auth-refresh").await.is(401);
    let sign_in = "POST /api/collections/users/auth-with-password";
    let identity = |password: &str| json!({"identity": "alice@example.com", "password": password});
    app.call(GUEST, sign_in).json(identity(PASSWORD)).await.is(400);
    app.call(GUEST, sign_in).json(identity("battery staple")).await.is(200);
}

#[tokio::test]
async fn a_deleted_account_has_no_valid_token() {
    let app = TestApp::start().await;
    app.call(As("alice"), &ALICE.replace("PATCH", "DELETE")).await.is(204);
    app.call(As("alice"), "POST /api/collections/users/auth-refresh").await.is(401);
}

#[tokio::test]
async fn owners_cannot_declare_their_own_email_verified() {
    let app = TestApp::start().await;
    app.call(SUPERUSER, ALICE).json(json!({"verified": false})).await.is(200);
    for (body, key) in [
        (json!({"verified": true}), "verified"),
        (json!({"email": "other@example.com"}), "email"),
        (json!({"email": ""}), "email"),
    ] {
        let refused = app.call(As("alice"), ALICE).json(body).await;
        refused.is(400).has(json!({"data": {key: {"code": "validation_values_mismatch"}}}));
    }
    let signup =
        json!({"email": "new@example.com", "password": PASSWORD, "passwordConfirm": PASSWORD, "verified": true});
    let refused = app.call(GUEST, "POST /api/collections/users/records").json(signup).await;
    refused.is(400).has(json!({"data": {"verified": {"code": "validation_values_mismatch"}}}));
    let alice = stored(&app, "users", &alice()).await;
    assert_eq!((&alice["verified"], &alice["email"]), (&json!(false), &json!("alice@example.com")));
}

#[tokio::test]
async fn managers_may_change_what_owners_may_not() {
    let app = TestApp::start().await;
    let rules = json!({
        "manageRule": "@request.auth.id = 'bob000000000000'", "listRule": "", "viewRule": "", "updateRule": "@request.auth.id != ''",
    });
    app.call(SUPERUSER, "PATCH /api/collections/users").json(rules).await.is(200);
    let new = json!({"password": "battery staple", "passwordConfirm": "battery staple", "email": "a@example.com"});
    app.call(As("carol"), ALICE).json(new.clone()).await.is(400);
    app.call(As("bob"), ALICE).json(new).await.is(200).has(json!({"email": "a@example.com"}));
    let emails = async |who| {
        let items = app.call(who, &list("users", &[("sort", "id")])).await.is(200).json()["items"].clone();
        items.as_array().unwrap().iter().map(|user| user.get("email").is_some()).collect::<Vec<_>>()
    };
    assert_eq!(emails(GUEST).await, [false, false, false]);
    assert_eq!(emails(As("bob")).await, [true, true, true]);
    assert_eq!(emails(As("carol")).await, [false, false, true]);
    assert_eq!(emails(SUPERUSER).await, [true, true, true]);
}

#[tokio::test]
async fn the_manage_rule_lets_nobody_past_the_update_rule() {
    let app = TestApp::start().await;
    let rules = json!({"manageRule": "@request.auth.id != ''", "updateRule": "id = @request.auth.id"});
    app.call(SUPERUSER, "PATCH /api/collections/users").json(rules).await.is(200);
    app.call(As("bob"), ALICE).json(json!({"verified": false})).await.is(404);
    app.call(As("alice"), ALICE).json(json!({"verified": false})).await.is(200);
}

#[tokio::test]
async fn the_last_superuser_stays() {
    let app = TestApp::start().await;
    let root = app.call(SUPERUSER, &list("_superusers", &[])).await.is(200).json()["items"][0].clone();
    let delete = super::one("DELETE", "_superusers", &root);
    app.call(SUPERUSER, &delete).await.refuses(400, "You can't delete the only existing superuser.");
    app.call(As("bob"), &delete).await.is(403);
}

/// A session that was stolen is no way to the password.
#[tokio::test]
async fn wrong_old_passwords_are_counted() {
    let app = TestApp::start().await;
    let guess =
        |old: &str| json!({"password": "another one 1", "passwordConfirm": "another one 1", "oldPassword": old});
    for _ in 0..10 {
        app.call(As("alice"), ALICE).json(guess("wrong")).await.is(400);
    }
    app.call(As("alice"), ALICE).json(guess(PASSWORD)).await.is(429);
    app.wait_ms(60_000);
    let at_once = (0..30).map(|n| app.call(As("alice"), ALICE).json(guess(&format!("wrong {n}"))).into_future());
    let answers = futures_util::future::join_all(at_once).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 400).count(), 10);
    app.wait_ms(60_000);
    app.call(As("alice"), ALICE).json(guess(PASSWORD)).await.is(200);
}
