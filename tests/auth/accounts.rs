//! Accounts as records: who sees what of them, and who may change what (contract §2.2 and §2.3).

use serde_json::{Value as Json, json};

use crate::support::{As, GUEST, SUPERUSER, TestApp, Who};

use super::{PASSWORD, ROW, account, users};

const CREATE: &str = "POST /api/collections/users/records";

#[tokio::test]
async fn an_address_is_shown_to_those_it_is_meant_for() {
    let app = TestApp::start().await;
    let rules = json!({"listRule": "", "viewRule": "", "manageRule": "@request.auth.id = 'alice0000000000'"});
    users(&app, rules).await;
    let seen = async |who: Who| app.call(who, &format!("GET {ROW}")).await.is(200).json().get("email").is_some();
    for (who, expected) in
        [(GUEST, false), (As("carol"), false), (As("alice"), true), (As("bob"), true), (SUPERUSER, true)]
    {
        assert_eq!(seen(who).await, expected, "{who:?}");
    }
    app.call(As("bob"), &format!("PATCH {ROW}")).json(json!({"emailVisibility": true})).await.is(200);
    for who in [GUEST, As("carol")] {
        assert!(seen(who).await, "{who:?}");
    }
    // In the answer to a sign-in it is always there.
    app.call(SUPERUSER, &format!("PATCH {ROW}")).json(json!({"emailVisibility": false})).await.is(200);
    let form = json!({"identity": "bob@example.com", "password": PASSWORD});
    let answer = app.call(GUEST, "POST /api/collections/users/auth-with-password").json(form).await;
    answer.is(200).has(json!({"record": {"email": "bob@example.com", "emailVisibility": false}}));
}

#[tokio::test]
async fn a_new_account_needs_a_password_said_twice_and_vouches_for_nothing() {
    let app = TestApp::start().await;
    let code = |code: &str| json!({"code": code});
    let required = || code("validation_required");
    let mismatch = || code("validation_values_mismatch");
    let base = |more: Json| {
        let mut form = json!({"email": "new@example.com", "password": PASSWORD, "passwordConfirm": PASSWORD});
        form.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        form
    };
    for (who, form, data) in [
        (GUEST, json!({"email": "new@example.com"}), json!({"password": required(), "passwordConfirm": required()})),
        (
            SUPERUSER,
            json!({"email": "new@example.com"}),
            json!({"password": required(), "passwordConfirm": required()}),
        ),
        (GUEST, base(json!({"passwordConfirm": "other"})), json!({"passwordConfirm": mismatch()})),
        (GUEST, base(json!({"verified": true})), json!({"verified": mismatch()})),
        (As("bob"), base(json!({"verified": true})), json!({"verified": mismatch()})),
        // What a field says comes after what the form says.
        (GUEST, base(json!({"email": "x", "passwordConfirm": "other"})), json!({"passwordConfirm": mismatch()})),
        (GUEST, base(json!({"email": "x"})), json!({"email": code("validation_is_email")})),
        (GUEST, base(json!({"email": ""})), json!({"email": required()})),
        (GUEST, base(json!({"email": "bob@example.com"})), json!({"email": code("validation_not_unique")})),
        (
            GUEST,
            base(json!({"password": "short", "passwordConfirm": "short"})),
            json!({"password": code("validation_min_text_constraint")}),
        ),
    ] {
        let answer = app.call(who, CREATE).json(form).await;
        answer.is(400).has(json!({"message": "Failed to create record.", "data": data}));
        let found = answer.json()["data"].as_object().unwrap().keys().cloned().collect::<Vec<_>>();
        assert_eq!(found, data.as_object().unwrap().keys().cloned().collect::<Vec<_>>(), "and nothing else");
    }
    app.call(SUPERUSER, CREATE).json(base(json!({"verified": true}))).await.is(200).has(json!({"verified": true}));
}

#[tokio::test]
async fn what_owners_managers_and_superusers_may_change() {
    let app = TestApp::start().await;
    let rules = json!({"manageRule": "@request.auth.id = 'alice0000000000'", "updateRule": "@request.auth.id != ''"});
    users(&app, rules).await;
    let new = json!({"password": "battery staple", "passwordConfirm": "battery staple"});
    let with_old =
        |old: &str| json!({"password": "battery staple", "passwordConfirm": "battery staple", "oldPassword": old});
    let code = |key: &str, code: &str| json!({key: {"code": code}});
    let mismatch = |key: &str| code(key, "validation_values_mismatch");
    for (who, body, refusal) in [
        (As("bob"), json!({"email": "b@example.com"}), mismatch("email")),
        (As("bob"), json!({"email": "bob@example.com"}), Json::Null),
        (As("bob"), json!({"verified": false}), mismatch("verified")),
        (As("bob"), json!({"verified": true}), Json::Null),
        (As("bob"), new.clone(), code("oldPassword", "validation_required")),
        (As("bob"), with_old("guess"), code("oldPassword", "validation_invalid_old_password")),
        (
            As("bob"),
            json!({"oldPassword": PASSWORD}),
            json!({"password": {"code": "validation_required"}, "passwordConfirm": {"code": "validation_required"}}),
        ),
        (
            As("bob"),
            json!({"password": "battery staple", "passwordConfirm": "x", "oldPassword": PASSWORD}),
            mismatch("passwordConfirm"),
        ),
        (As("carol"), new.clone(), code("oldPassword", "validation_required")),
        (As("alice"), json!({"password": "battery staple"}), code("passwordConfirm", "validation_required")),
        (As("alice"), json!({"verified": false}), Json::Null),
        (As("alice"), json!({"email": "carol@example.com"}), code("email", "validation_not_unique")),
        (SUPERUSER, json!({"verified": true}), Json::Null),
        (SUPERUSER, json!({"tokenKey": "short"}), code("tokenKey", "validation_min_text_constraint")),
        (SUPERUSER, json!({"tokenKey": "x".repeat(61)}), code("tokenKey", "validation_max_text_constraint")),
        (As("alice"), new.clone(), Json::Null),
    ] {
        let before = account(&app, "bob000000000000").await;
        let answer = app.call(who, &format!("PATCH {ROW}")).json(body.clone()).await;
        if refusal.is_null() {
            assert_eq!(answer.status, 200, "{body} by {who:?}: {}", answer.text());
        } else {
            answer.is(400).has(json!({"message": "Failed to update record.", "data": refusal}));
            assert_eq!(account(&app, "bob000000000000").await, before, "{body} by {who:?}");
        }
    }
    // Nobody but superusers sets the key, and nobody hears that it was ignored.
    let key = super::column(&app, "carol0000000000", "tokenKey").await;
    let line = "PATCH /api/collections/users/records/carol0000000000";
    for body in [json!({"tokenKey": "k".repeat(40)}), json!({"tokenKey:autogenerate": ""})] {
        app.call(As("carol"), line).json(body.clone()).await.is(200);
        app.call(As("alice"), line).json(body).await.is(200);
    }
    assert_eq!(super::column(&app, "carol0000000000", "tokenKey").await, key);
}

#[tokio::test]
async fn an_id_belongs_to_one_account_of_all_collections() {
    let app = TestApp::start().await;
    app.collection(json!({"name": "others", "type": "auth"})).await;
    let form =
        json!({"id": "bob000000000000", "email": "x@example.com", "password": PASSWORD, "passwordConfirm": PASSWORD});
    let wrong = json!({"data": {"id": {"code": "validation_invalid_auth_id", "message": "Invalid or duplicated auth record id."}}});
    app.call(SUPERUSER, "POST /api/collections/others/records").json(form).await.is(400).has(wrong);
}

#[tokio::test]
async fn what_is_hidden_is_neither_set_nor_shown() {
    let app = TestApp::start().await;
    let all = app.call(SUPERUSER, "GET /api/collections/users").await.json();
    let mut fields = all["fields"].as_array().unwrap().clone();
    fields.push(json!({"name": "note", "type": "text", "hidden": true}));
    users(&app, json!({"fields": fields})).await;
    let own = app.call(As("bob"), &format!("PATCH {ROW}")).json(json!({"note": "mine"})).await;
    assert!(own.is(200).json().get("note").is_none());
    assert_eq!(account(&app, "bob000000000000").await["note"], "");
    app.call(SUPERUSER, &format!("PATCH {ROW}"))
        .json(json!({"note": "ours"}))
        .await
        .is(200)
        .has(json!({"note": "ours"}));
    let form = json!({"identity": "bob@example.com", "password": PASSWORD});
    let signed_in = app.call(GUEST, "POST /api/collections/users/auth-with-password").json(form).await;
    assert!(signed_in.is(200).json()["record"].get("note").is_none());
}
