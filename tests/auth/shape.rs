//! Auth collections as schema: system fields, options, and the collections that accounts hang on (contract §2.1, §2.4,
//! §2.5 and §3).

use serde_json::{Value as Json, json};

use crate::support::{As, GUEST, SUPERUSER, TestApp};

use super::{PASSWORD, users};

const USERS: &str = "PATCH /api/collections/users";

#[tokio::test]
async fn a_new_auth_collection_has_the_fields_and_indexes_of_the_protocol() {
    let app = TestApp::start().await;
    let made = app.collection(json!({"name": "members", "type": "auth"})).await;
    let field = |name: &str| made["fields"].as_array().unwrap().iter().find(|field| field["name"] == name).unwrap();
    let names: Vec<&str> =
        made["fields"].as_array().unwrap().iter().map(|field| field["name"].as_str().unwrap()).collect();
    assert_eq!(names[..6], ["id", "password", "tokenKey", "email", "emailVisibility", "verified"]);
    for (name, expected) in [
        (
            "id",
            json!({"id": "text3208210256", "type": "text", "min": 15, "max": 15, "pattern": "^[a-z0-9]+$", "autogeneratePattern": "[a-z0-9]{15}", "system": true, "required": true, "primaryKey": true, "hidden": false}),
        ),
        (
            "password",
            json!({"id": "password901924565", "type": "password", "min": 8, "max": 0, "cost": 0, "pattern": "", "system": true, "hidden": true, "required": true}),
        ),
        (
            "tokenKey",
            json!({"id": "text2504183744", "type": "text", "min": 30, "max": 60, "autogeneratePattern": "[a-zA-Z0-9]{50}", "system": true, "hidden": true, "required": true}),
        ),
        (
            "email",
            json!({"id": "email3885137012", "type": "email", "required": true, "exceptDomains": null, "system": true, "hidden": false}),
        ),
        ("emailVisibility", json!({"id": "bool1547992806", "type": "bool", "system": true})),
        ("verified", json!({"id": "bool256245529", "type": "bool", "system": true})),
    ] {
        for (key, value) in expected.as_object().unwrap() {
            let actual = &field(name)[key];
            let empty = value.is_null() && (actual.is_null() || *actual == json!([]));
            assert!(empty || actual == value, "{name}.{key}: {actual}");
        }
    }
    let id = made["id"].as_str().unwrap();
    let indexes = made["indexes"].as_array().unwrap();
    for (name, end) in [("tokenKey", "(`tokenKey`)"), ("email", "WHERE `email` != ''")] {
        let found = |index: &Json| {
            index.as_str().is_some_and(|text| text.contains(&format!("idx_{name}_{id}")) && text.ends_with(end))
        };
        assert!(indexes.iter().any(found), "{name}: {indexes:?}");
    }
}

#[tokio::test]
async fn system_fields_stay_as_they_are() {
    let app = TestApp::start().await;
    let before = app.call(SUPERUSER, "GET /api/collections/users").await.json();
    let fields = before["fields"].as_array().unwrap().clone();
    let change = |name: &str, key: &str, value: Json| {
        let mut fields = fields.clone();
        fields.iter_mut().find(|field| field["name"] == name).unwrap()[key] = value;
        json!({"fields": fields})
    };
    // Taken away or opened up: put back without a word.
    let without: Vec<Json> = fields.iter().filter(|field| field["name"] != "tokenKey").cloned().collect();
    for body in [
        json!({"fields": without}),
        change("password", "hidden", json!(false)),
        change("tokenKey", "hidden", json!(false)),
        change("tokenKey", "required", json!(false)),
    ] {
        let after = app.call(SUPERUSER, USERS).json(body).await.is(200).json();
        let of = |collection: &Json, name: &str| {
            let found = collection["fields"].as_array().unwrap().iter().find(|field| field["name"] == name);
            found.map(|field| (field["hidden"].clone(), field["required"].clone(), field["system"].clone()))
        };
        for name in ["password", "tokenKey"] {
            assert_eq!(of(&after, name), of(&before, name), "{name}");
        }
    }
    let renamed = app.call(SUPERUSER, USERS).json(change("verified", "name", json!("proven"))).await;
    assert_eq!(renamed.is(400).json()["message"], "Failed to update collection.");
    for name in ["passwordConfirm", "oldPassword"] {
        let mut more = fields.clone();
        more.push(json!({"name": name, "type": "text"}));
        let answer = app.call(SUPERUSER, USERS).json(json!({"fields": more})).await.is(400).text();
        assert!(answer.contains("validation_reserved_field_name"), "{answer}");
    }
    // The address may be left out where the collection says so.
    app.call(SUPERUSER, USERS).json(change("email", "required", json!(false))).await.is(200);
    let nameless = json!({"password": PASSWORD, "passwordConfirm": PASSWORD});
    for _ in 0..2 {
        app.call(GUEST, "POST /api/collections/users/records").json(nameless.clone()).await.is(200);
    }
}

#[tokio::test]
async fn options_are_as_the_protocol_has_them_and_secrets_never_show() {
    let app = TestApp::start().await;
    let made = app.collection(json!({"name": "members", "type": "auth"})).await;
    let scaffold = app.call(SUPERUSER, "GET /api/collections/meta/scaffolds").await.is(200).json()["auth"].clone();
    let defaults = json!({
        "authRule": "", "manageRule": null,
        "oauth2": {"enabled": false, "providers": [], "mappedFields": {"id": "", "name": "", "username": "", "avatarURL": ""}},
        "passwordAuth": {"enabled": true, "identityFields": ["email"]},
        "mfa": {"enabled": false, "duration": 600, "rule": ""},
        "otp": {"enabled": false, "duration": 180, "length": 8},
        "authToken": {"duration": 432_000}, "passwordResetToken": {"duration": 1800}, "emailChangeToken": {"duration": 1800},
        "verificationToken": {"duration": 86_400}, "fileToken": {"duration": 180}, "authAlert": {"enabled": true},
    });
    for of in [&made, &scaffold] {
        for (key, value) in defaults.as_object().unwrap() {
            for (inner, value) in value.as_object().into_iter().flatten() {
                assert_eq!(&of[key][inner], value, "{key}.{inner}");
            }
            if !value.is_object() {
                assert_eq!(&of[key], value, "{key}");
            }
        }
        for template in ["verificationTemplate", "resetPasswordTemplate", "confirmEmailChangeTemplate"] {
            assert!(of[template]["subject"].is_string() && of[template]["body"].as_str().unwrap().contains("{TOKEN}"));
        }
        assert!(of["otp"]["emailTemplate"]["body"].as_str().unwrap().contains("{OTP}"));
        assert!(of["authAlert"]["emailTemplate"]["body"].as_str().unwrap().contains("{ALERT_INFO}"));
    }
    assert_eq!((&scaffold["id"], &scaffold["name"]), (&json!(""), &json!("")));
    let github = json!({"name": "github", "clientId": "a", "clientSecret": "hush-hush"});
    let secret =
        json!({"authToken": {"secret": "hush-".repeat(8)}, "oauth2": {"enabled": true, "providers": [github]}});
    for text in [
        app.call(SUPERUSER, USERS).json(secret).await.is(200).text(),
        app.call(SUPERUSER, "GET /api/collections/users").await.text(),
        app.call(SUPERUSER, "GET /api/collections").await.text(),
    ] {
        assert!(!text.contains("hush-") && !text.contains("\"secret\":") && !text.contains("clientSecret\":\""));
    }
    let superusers = app.call(SUPERUSER, "GET /api/collections/_superusers").await.json();
    assert_eq!((&superusers["authToken"]["duration"], &superusers["id"]), (&json!(86_400), &json!("pbc_3142635823")));
}

/// A change of options, the path of what is wrong with it and the code there.
#[tokio::test]
#[expect(clippy::too_many_lines, reason = "a table")]
async fn options_are_checked_by_name() {
    let app = TestApp::start().await;
    let github = || json!({"name": "github", "clientId": "a", "clientSecret": "b"});
    let providers = |list: Json| json!({"oauth2": {"enabled": true, "providers": list}});
    let template = |key: &str| json!({key: {"subject": "", "body": ""}});
    for (body, path, code) in [
        (json!({"authRule": "nope ="}), "/authRule", "validation_invalid_rule"),
        (json!({"manageRule": ""}), "/manageRule", "validation_nil_or_not_empty_required"),
        (json!({"manageRule": "nope = 1"}), "/manageRule", "validation_invalid_rule"),
        (
            json!({"authAlert": {"enabled": false, "emailTemplate": {"subject": ""}}}),
            "/authAlert/emailTemplate/subject",
            "validation_required",
        ),
        (json!({"passwordAuth": {"identityFields": []}}), "/passwordAuth/identityFields", "validation_required"),
        (
            json!({"passwordAuth": {"identityFields": ["nope"]}}),
            "/passwordAuth/identityFields",
            "validation_missing_field",
        ),
        (
            json!({"passwordAuth": {"identityFields": ["email", "name"]}}),
            "/passwordAuth/identityFields",
            "validation_missing_unique_constraint",
        ),
        (providers(json!([github(), github()])), "/oauth2/providers/1/name", "validation_duplicated_provider"),
        (
            providers(json!([{"name": "zzz", "clientId": "a", "clientSecret": "b"}])),
            "/oauth2/providers/0/name",
            "validation_missing_provider",
        ),
        (
            providers(json!([{"name": "", "clientId": "a", "clientSecret": "b"}])),
            "/oauth2/providers/0/name",
            "validation_required",
        ),
        (
            providers(json!([{"name": "google", "clientSecret": "b"}])),
            "/oauth2/providers/0/clientId",
            "validation_required",
        ),
        (
            providers(json!([{"name": "google", "clientId": "b"}])),
            "/oauth2/providers/0/clientSecret",
            "validation_required",
        ),
        (
            providers(json!([{"name": "google", "clientId": "a", "clientSecret": "b", "authURL": "/x"}])),
            "/oauth2/providers/0/authURL",
            "validation_is_url",
        ),
        (
            providers(json!([{"name": "google", "clientId": "a", "clientSecret": "b", "tokenURL": "//x.y"}])),
            "/oauth2/providers/0/tokenURL",
            "validation_is_url",
        ),
        (
            providers(json!([{"name": "google", "clientId": "a", "clientSecret": "b", "userInfoURL": "http://"}])),
            "/oauth2/providers/0/userInfoURL",
            "validation_is_url",
        ),
        (json!({"mfa": {"enabled": true}}), "/mfa/enabled", "validation_mfa_not_enough_auths"),
        (
            json!({"otp": {"enabled": true}, "mfa": {"enabled": true, "duration": 9}}),
            "/mfa/duration",
            "validation_min_greater_equal_than_required",
        ),
        (
            json!({"otp": {"enabled": true}, "mfa": {"enabled": true, "duration": 86_401}}),
            "/mfa/duration",
            "validation_max_less_equal_than_required",
        ),
        (
            json!({"otp": {"enabled": true}, "mfa": {"enabled": true, "rule": "nope ="}}),
            "/mfa/rule",
            "validation_invalid_rule",
        ),
        (json!({"otp": {"enabled": true, "duration": 0}}), "/otp/duration", "validation_required"),
        (
            json!({"otp": {"enabled": true, "duration": 9}}),
            "/otp/duration",
            "validation_min_greater_equal_than_required",
        ),
        (json!({"otp": {"enabled": true, "length": 3}}), "/otp/length", "validation_min_greater_equal_than_required"),
        (json!({"otp": {"enabled": true, "length": 0}}), "/otp/length", "validation_required"),
        (
            json!({"otp": {"enabled": true, "duration": 86_401}}),
            "/otp/duration",
            "validation_max_less_equal_than_required",
        ),
        (
            json!({"otp": {"enabled": true}, "mfa": {"enabled": true, "duration": 0}}),
            "/mfa/duration",
            "validation_required",
        ),
        (json!({"otp": {"emailTemplate": {"body": ""}}}), "/otp/emailTemplate/body", "validation_required"),
        (json!({"authToken": {"duration": 0}}), "/authToken/duration", "validation_required"),
        (json!({"fileToken": {"duration": 9}}), "/fileToken/duration", "validation_min_greater_equal_than_required"),
        (
            json!({"emailChangeToken": {"duration": 94_670_857}}),
            "/emailChangeToken/duration",
            "validation_max_less_equal_than_required",
        ),
        (json!({"verificationToken": {"secret": ""}}), "/verificationToken/secret", "validation_required"),
        (
            json!({"passwordResetToken": {"secret": "x".repeat(29)}}),
            "/passwordResetToken/secret",
            "validation_length_out_of_range",
        ),
        (json!({"authToken": {"secret": "x".repeat(256)}}), "/authToken/secret", "validation_length_out_of_range"),
        (template("verificationTemplate"), "/verificationTemplate/subject", "validation_required"),
        (template("resetPasswordTemplate"), "/resetPasswordTemplate/body", "validation_required"),
        (template("confirmEmailChangeTemplate"), "/confirmEmailChangeTemplate/body", "validation_required"),
    ] {
        let answer = app.call(SUPERUSER, USERS).json(body.clone()).await;
        let found = answer.is(400).json();
        assert_eq!(found["message"], "Failed to update collection.");
        assert_eq!(found["data"].pointer(path).map(|error| &error["code"]), Some(&json!(code)), "{body}: {found:#}");
    }
    // What is off is not checked, and a provider list may be empty.
    for body in [
        json!({"mfa": {"rule": "nope ="}}),
        json!({"mfa": {"rule": ""}}),
        json!({"oauth2": {"enabled": false, "providers": [{"name": "zzz"}]}}),
        json!({"oauth2": {"enabled": true, "providers": []}}),
        json!({"authToken": {"secret": "x".repeat(255), "duration": 94_670_856}, "fileToken": {"secret": "x".repeat(30), "duration": 10}}),
        json!({"otp": {"enabled": true, "length": 4, "duration": 10}, "mfa": {"enabled": true, "duration": 86_400}}),
        json!({"mfa": {"enabled": false}}),
        json!({"oauth2": {"enabled": false}, "passwordAuth": {"enabled": false, "identityFields": []}}),
    ] {
        app.call(SUPERUSER, USERS).json(body).await.is(200);
    }
    let mapped = json!({"oauth2": {"mappedFields": {"name": "gone", "avatarURL": "avatar"}}});
    let answer = app.call(SUPERUSER, USERS).json(mapped).await;
    answer.is(200).has(json!({"oauth2": {"mappedFields": {"name": "", "avatarURL": "avatar"}}}));
}

#[tokio::test]
async fn changes_of_options_touch_only_what_they_name() {
    let app = TestApp::start().await;
    let before = app.call(SUPERUSER, "GET /api/collections/users").await.json();
    let after = app.call(SUPERUSER, USERS).json(json!({"otp": {"enabled": true}})).await.is(200).json();
    for (key, value) in before.as_object().unwrap() {
        match key.as_str() {
            "otp" => assert_eq!((&after["otp"]["length"], &after["otp"]["enabled"]), (&value["length"], &json!(true))),
            "updated" => {}
            _ => assert_eq!(&after[key], value, "{key}"),
        }
    }
}

#[tokio::test]
async fn the_known_providers_are_listed_for_superusers() {
    let app = TestApp::start().await;
    let line = "GET /api/collections/meta/oauth2-providers";
    let list = app.call(SUPERUSER, line).await.is(200).json();
    let list = list.as_array().unwrap();
    assert_eq!(list.len(), 32);
    let names: Vec<&str> = list.iter().take(4).map(|provider| provider["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["apple", "google", "microsoft", "yandex"]);
    assert!(list.iter().all(|provider| provider["displayName"].is_string() && provider["logo"].is_string()));
}

#[tokio::test]
async fn the_collections_of_the_system_have_their_ids_rules_and_indexes() {
    let app = TestApp::start().await;
    let own =
        json!("@request.auth.id != '' && recordRef = @request.auth.id && collectionRef = @request.auth.collectionId");
    for (name, id, read, delete) in [
        ("_superusers", "pbc_3142635823", Json::Null, Json::Null),
        ("_mfas", "pbc_2279338944", own.clone(), Json::Null),
        ("_otps", "pbc_1638494021", own.clone(), Json::Null),
        ("_externalAuths", "pbc_2281828961", own.clone(), own.clone()),
        ("_authOrigins", "pbc_4275539003", own.clone(), own.clone()),
    ] {
        let line = format!("/api/collections/{name}");
        let found = app.call(SUPERUSER, &format!("GET {line}")).await.is(200).json();
        assert_eq!((&found["id"], &found["system"]), (&json!(id), &json!(true)), "{name}");
        let rules = ["listRule", "viewRule", "createRule", "updateRule", "deleteRule"].map(|key| found[key].clone());
        assert_eq!(rules, [read.clone(), read, Json::Null, Json::Null, delete], "{name}");
        let patch = |body: Json| app.call(SUPERUSER, &format!("PATCH {line}")).json(body);
        let renamed = json!({"data": {"name": {"code": "validation_collection_system_name_change"}}});
        patch(json!({"name": "other"})).await.is(400).has(renamed);
        let ruled = json!({"data": {"createRule": {"code": "validation_collection_system_rule_change", "message": "System collection API rule cannot be changed."}}});
        patch(json!({"createRule": ""})).await.is(400).has(ruled);
        app.call(SUPERUSER, &format!("DELETE {line}")).await.is(400);
        for who in [GUEST, As("bob")] {
            let create = app.call(who, &format!("POST {line}/records")).json(json!({})).await;
            create.refuses(403, "Only superusers can perform this action.");
        }
    }
    for key in ["authRule", "manageRule"] {
        let answer = app.call(SUPERUSER, "PATCH /api/collections/_superusers").json(json!({key: "id != ''"})).await;
        answer.is(400).has(json!({"data": {key: {"code": "validation_collection_system_rule_change"}}}));
    }
    let users = app.call(SUPERUSER, "GET /api/collections/users").await.json();
    assert_eq!((&users["id"], &users["createRule"]), (&json!("_pb_users_auth_"), &json!("")));
    for key in ["listRule", "viewRule", "updateRule", "deleteRule"] {
        assert_eq!(users[key], "id = @request.auth.id", "{key}");
    }
    let field = |name: &str| users["fields"].as_array().unwrap().iter().find(|field| field["name"] == name).unwrap();
    assert_eq!((&field("name")["type"], &field("name")["max"]), (&json!("text"), &json!(255)));
    assert_eq!((&field("avatar")["type"], &field("avatar")["maxSelect"]), (&json!("file"), &json!(1)));
    let types = field("avatar")["mimeTypes"].as_array().unwrap();
    assert!(!types.is_empty() && types.iter().all(|mime| mime.as_str().unwrap().starts_with("image/")), "{types:?}");
}

/// A row of bob's that any of the four collections takes, with another value at `key`.
fn with(key: &str, value: &str) -> Json {
    let mut row = json!({"collectionRef": "_pb_users_auth_", "recordRef": "bob000000000000", "provider": "google", "providerId": "1", "method": "otp", "password": "x", "fingerprint": "f"});
    row[key] = json!(value);
    row
}

#[tokio::test]
async fn rows_that_hang_on_accounts_say_all_and_say_it_once() {
    let app = TestApp::start().await;
    let good = with("method", "otp");
    for name in ["_mfas", "_otps", "_externalAuths", "_authOrigins"] {
        app.call(SUPERUSER, &format!("POST /api/collections/{name}/records")).json(good.clone()).await.is(200);
    }
    for (name, keys) in [
        ("_mfas", &["method"][..]),
        ("_otps", &["password"]),
        ("_externalAuths", &["provider", "providerId"]),
        ("_authOrigins", &["fingerprint"]),
    ] {
        for key in keys {
            let answer =
                app.call(SUPERUSER, &format!("POST /api/collections/{name}/records")).json(with(key, "")).await;
            answer.is(400).has(json!({"data": {*key: {"code": "validation_required"}}}));
        }
    }
    // An account has one link to a provider, a person there has one account here, and a place is known once.
    let alices = |key: &str, value: &str| {
        let mut row = with(key, value);
        row["recordRef"] = json!("alice0000000000");
        row
    };
    for (name, row, status) in [
        ("_externalAuths", alices("providerId", "1"), 400),
        ("_externalAuths", alices("provider", "github"), 200),
        ("_authOrigins", good.clone(), 400),
        ("_authOrigins", with("fingerprint", "g"), 200),
        ("_authOrigins", alices("fingerprint", "f"), 200),
        ("_mfas", good.clone(), 200),
        ("_otps", good.clone(), 200),
    ] {
        app.call(SUPERUSER, &format!("POST /api/collections/{name}/records")).json(row).await.is(status);
    }
    let again = app.call(SUPERUSER, "POST /api/collections/_externalAuths/records").json(with("providerId", "2")).await;
    again.is(400).has(json!({"data": {"provider": {"code": "validation_not_unique"}}}));
}

#[tokio::test]
async fn rows_that_hang_on_accounts_name_one_that_exists_and_go_with_it() {
    let app = TestApp::start().await;
    for name in ["_mfas", "_otps", "_externalAuths", "_authOrigins"] {
        let line = format!("POST /api/collections/{name}/records");
        for (key, value, code) in [
            ("collectionRef", "nope", "validation_invalid_collection_id"),
            ("collectionRef", "pbc_2279338944", "validation_invalid_collection_type"),
            ("recordRef", "nobody", "validation_invalid_record"),
            ("recordRef", "", "validation_required"),
        ] {
            let answer = app.call(SUPERUSER, &line).json(with(key, value)).await;
            answer.is(400).has(json!({"data": {key: {"code": code}}}));
        }
        app.call(SUPERUSER, &line).json(with("method", "otp")).await.is(200);
    }
    let unknown =
        app.call(SUPERUSER, "POST /api/collections/_externalAuths/records").json(with("provider", "zzz")).await;
    unknown.is(400).has(json!({"data": {"provider": {"code": "validation_in_invalid"}}}));
    // Its owner sees them, others do not, and only some may be removed.
    for (name, status) in [("_mfas", 403), ("_otps", 403), ("_externalAuths", 204), ("_authOrigins", 204)] {
        let line = format!("GET /api/collections/{name}/records?filter=collectionRef='_pb_users_auth_'");
        let own = app.call(As("bob"), &line).await.is(200).json();
        let id = own["items"][0]["id"].as_str().unwrap();
        for who in [GUEST, As("alice")] {
            let others = app.call(who, &line).await.is(200).json();
            assert!(others["items"].as_array().unwrap().iter().all(|row| row["recordRef"] != "bob000000000000"));
            app.call(who, &format!("DELETE /api/collections/{name}/records/{id}")).await.is_one_of(&[403, 404]);
        }
        app.call(As("bob"), &format!("DELETE /api/collections/{name}/records/{id}")).await.is(status);
    }
    app.call(As("bob"), "POST /api/files/token").await.is(200);
    app.call(SUPERUSER, &format!("DELETE {}", super::ROW)).await.is(204);
    for name in ["_mfas", "_otps", "_externalAuths", "_authOrigins"] {
        let line = format!("GET /api/collections/{name}/records?filter=recordRef='bob000000000000'");
        app.call(SUPERUSER, &line).await.is(200).ids(&[]);
    }
    let alices = "GET /api/collections/_authOrigins/records?filter=recordRef='alice0000000000'";
    assert_eq!(app.call(SUPERUSER, alices).await.json()["totalItems"], 1);
    app.call(SUPERUSER, "DELETE /api/collections/users").await.is(204);
    assert_eq!(app.call(SUPERUSER, alices).await.json()["totalItems"], 0, "nor do they outlive the collection");
}

#[tokio::test]
async fn superusers_options_are_what_keeps_a_way_in() {
    let app = TestApp::start().await;
    let line = "PATCH /api/collections/_superusers";
    let body = json!({"passwordAuth": {"enabled": false}, "otp": {"enabled": true}, "oauth2": {"enabled": true}});
    let forced = json!({"passwordAuth": {"enabled": true}, "otp": {"enabled": true}, "mfa": {"enabled": true}, "oauth2": {"enabled": false, "providers": []}});
    app.call(SUPERUSER, line).json(body).await.is(200).has(forced);
    // Unverified superusers there are none; their own address and password they change without saying the old one.
    let root = app.call(SUPERUSER, "GET /api/collections/_superusers/records").await.json()["items"][0].clone();
    let own = format!("PATCH /api/collections/_superusers/records/{}", root["id"].as_str().unwrap());
    let body = json!({"verified": false, "email": "admin@example.com", "password": "battery staple", "passwordConfirm": "battery staple"});
    app.call(SUPERUSER, &own).json(body).await.is(200).has(json!({"verified": true, "email": "admin@example.com"}));
    app.call(SUPERUSER, "GET /api/settings").await.is(401);
    users(&TestApp::start().await, json!({"authRule": null})).await;
    let truncate = "DELETE /api/collections/_superusers/truncate";
    TestApp::start().await.call(SUPERUSER, truncate).await.is(400);
}
