//! Passwords: by which identity, how long, and what becomes of old hashes (contract §5 and §8.2).

use cratebase::sql::Sql;
use cratebase::store::Tx;
use serde_json::{Value as Json, json};

use crate::support::{As, GUEST, SUPERUSER, TestApp};

use super::{PASSWORD, ROW, column, users};

const SIGN_IN: &str = "POST /api/collections/users/auth-with-password";
const FAILED: &str = "Failed to authenticate.";

async fn sign_in(app: &TestApp, identity: &str, password: &str) -> u16 {
    app.call(GUEST, SIGN_IN).json(json!({"identity": identity, "password": password})).await.status
}

#[tokio::test]
async fn without_password_sign_in_nobody_looks_at_the_body() {
    let app = TestApp::start().await;
    users(&app, json!({"passwordAuth": {"enabled": false}})).await;
    let message = "The collection is not configured to allow password authentication.";
    app.call(GUEST, SIGN_IN).body("application/json", "{").await.refuses(403, message);
}

#[tokio::test]
async fn wrong_and_unknown_are_answered_in_the_same_words() {
    let app = TestApp::start().await;
    app.collection(json!({"name": "empty", "type": "auth"})).await;
    for (collection, identity) in
        [("users", "bob@example.com"), ("users", "nobody@example.com"), ("empty", "x"), ("_superusers", "x")]
    {
        let line = format!("POST /api/collections/{collection}/auth-with-password");
        let form = json!({"identity": identity, "password": "wrong password"});
        app.call(GUEST, &line).json(form).await.refuses(400, FAILED);
    }
}

#[tokio::test]
async fn the_first_field_that_knows_the_identity_counts_and_e_mail_comes_first() {
    let app = TestApp::start().await;
    let name = json!({"name": "name", "type": "text"});
    let members = json!({
        "name": "members", "type": "auth", "fields": [name],
        "indexes": ["CREATE UNIQUE INDEX by_name ON members (name)"],
        "passwordAuth": {"enabled": true, "identityFields": ["name", "email"]},
    });
    app.collection(members).await;
    let member = async |email: &str, name: &str, password: &str| {
        let record = json!({"email": email, "name": name, "password": password, "passwordConfirm": password});
        app.record("members", record).await["id"].clone()
    };
    let ann = member("ann@example.com", "ann", "ann's password").await;
    // Called by the address of somebody else.
    let odd = member("odd@example.com", "ann@example.com", "odd's password").await;
    let line = "POST /api/collections/members/auth-with-password";
    let who = async |body: Json| {
        let answer = app.call(GUEST, line).json(body).await;
        if answer.status == 200 { answer.json()["record"]["id"].clone() } else { answer.json()["status"].clone() }
    };
    let refused = json!(400);
    for (identity, password, field, expected) in [
        ("ann", "ann's password", Json::Null, &ann),
        ("ann@example.com", "ann's password", json!(""), &ann),
        ("ann@example.com", "odd's password", Json::Null, &refused),
        ("ann@example.com", "odd's password", json!("name"), &odd),
        ("ann@example.com", "ann's password", json!("email"), &ann),
        ("ann", "ann's password", json!("email"), &refused),
        ("ANN", "ann's password", Json::Null, &refused),
        ("ANN@example.com", "ann's password", Json::Null, &refused),
    ] {
        let body = json!({"identity": identity, "password": password, "identityField": field});
        assert_eq!(who(body.clone()).await, *expected, "{body}");
    }
    let body = json!({"identity": "ann", "password": "x", "identityField": "id"});
    let wrong =
        json!({"data": {"identityField": {"code": "validation_in_invalid", "message": "Must be a valid value."}}});
    app.call(GUEST, line).json(body).await.is(400).has(wrong);
}

#[tokio::test]
async fn an_index_without_regard_to_case_makes_such_identities() {
    let app = TestApp::start().await;
    let nocase = "CREATE UNIQUE INDEX `by_mail` ON `users` (`email` COLLATE NOCASE) WHERE email != ''";
    users(&app, json!({"indexes": [nocase]})).await;
    assert_eq!(sign_in(&app, "BOB@Example.com", PASSWORD).await, 200);
    let form = json!({"email": "BOB@example.com", "password": PASSWORD, "passwordConfirm": PASSWORD});
    let taken = json!({"data": {"email": {"code": "validation_not_unique", "message": "Value must be unique."}}});
    app.call(GUEST, "POST /api/collections/users/records").json(form).await.is(400).has(taken);
}

#[tokio::test]
async fn security_9_lengths_and_patterns_hold_and_nothing_is_cut_off() {
    let app = TestApp::start().await;
    let set = async |max: i64, password: &str| {
        let users = app.call(SUPERUSER, "GET /api/collections/users").await.json();
        let mut fields = users["fields"].clone();
        let field = fields.as_array_mut().unwrap().iter_mut().find(|field| field["name"] == "password").unwrap();
        field["max"] = json!(max);
        app.call(SUPERUSER, "PATCH /api/collections/users").json(json!({"fields": fields})).await.is(200);
        let form = json!({"password": password, "passwordConfirm": password});
        app.call(SUPERUSER, &format!("PATCH {ROW}")).json(form).await
    };
    let short = json!({"data": {"password": {"code": "validation_min_text_constraint", "message": "Must be at least 8 character(s)."}}});
    set(0, "seven 7").await.is(400).has(short);
    let too_long = json!({"data": {"password": {"code": "validation_max_text_constraint"}}});
    set(0, &"x".repeat(72)).await.is(400).has(too_long);
    for length in [8, 71] {
        let password = "p".repeat(length);
        set(0, &password).await.is(200);
        assert_eq!(sign_in(&app, "bob@example.com", &password).await, 200);
        assert_eq!(sign_in(&app, "bob@example.com", &password[1..]).await, 400);
    }
    // Every byte counts, also those after the 72nd, where bcrypt would stop.
    for password in ["ж".repeat(71), "\u{1F511}".repeat(63)] {
        set(0, &password).await.is(200);
        assert_eq!(sign_in(&app, "bob@example.com", &password).await, 200);
        let other = format!("{}x", &password[..password.len() - password.chars().next().unwrap().len_utf8()]);
        assert_eq!(sign_in(&app, "bob@example.com", &other).await, 400);
    }
    // More bytes than the forms of signing in take: refused, never cut off and taken.
    let invalid = json!({"data": {"password": {"code": "validation_invalid_value"}}});
    set(0, &"\u{1F511}".repeat(64)).await.is(400).has(invalid);
    assert_eq!(sign_in(&app, "bob@example.com", &"\u{1F511}".repeat(63)).await, 200);
}

#[tokio::test]
async fn security_9_imported_hashes_verify_and_are_replaced_at_the_next_sign_in() {
    let app = TestApp::start().await;
    for (prefix, cost) in [("2a", 4), ("2b", 5), ("2y", 6)] {
        let hash = bcrypt::hash_with_result(PASSWORD, cost).unwrap().to_string();
        let hash = hash.replacen("$2b$", &format!("${prefix}$"), 1);
        let sql = Sql {
            text: "UPDATE users SET password = ? WHERE id = 'bob000000000000'".into(),
            params: vec![hash.as_str().into()],
        };
        app.services
            .store
            .write(move |tx: &mut Tx| tx.execute(&sql).map_err(cratebase::error::Error::from))
            .await
            .unwrap();
        let key = column(&app, "bob000000000000", "tokenKey").await;
        assert_eq!(sign_in(&app, "bob@example.com", "wrong password").await, 400);
        assert!(column(&app, "bob000000000000", "password").await.starts_with(&format!("${prefix}$")));
        assert_eq!(sign_in(&app, "bob@example.com", PASSWORD).await, 200);
        assert!(column(&app, "bob000000000000", "password").await.starts_with("$argon2id$"));
        assert_eq!(column(&app, "bob000000000000", "tokenKey").await, key, "nobody is signed out for it");
        assert_eq!(sign_in(&app, "bob@example.com", PASSWORD).await, 200);
    }
    app.call(As("bob"), "POST /api/collections/users/auth-refresh").await.is(200);
}

#[tokio::test]
async fn passwords_and_keys_are_shown_to_nobody() {
    let app = TestApp::start().await;
    for who in [As("bob"), SUPERUSER] {
        let text = app.call(who, &format!("GET {ROW}?fields=*,password,tokenKey,passwordConfirm,oldPassword")).await;
        let record = text.is(200).json();
        for key in ["password", "tokenKey", "passwordConfirm", "oldPassword"] {
            assert!(record.get(key).is_none(), "{key} for {who:?}");
        }
    }
}
