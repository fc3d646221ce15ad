//! Every code of a validation with its sentence and its numbers, as clients show them (contract §1.2 and the chapters that
//! name more).

use cratebase::auth::tokens::{Claims, Kind, sign};
use serde_json::{Value as Json, json};

use crate::support::{As, GUEST, SUPERUSER, TestApp, Who};

use super::{PASSWORD, ROW, key_of};

const SETTINGS: &str = "PATCH /api/settings";
const USERS: &str = "PATCH /api/collections/users";
const POST: &str = "POST /api/collections/users";

/// Each row: who asks what; where in the answer's data the error is, its code, its sentence, its params.
async fn says(app: &TestApp, rows: &[(Who, &str, Json, &str)]) {
    for (who, line, body, expected) in rows {
        let answer = app.call(*who, line).json(body.clone()).await.is(400).json();
        let (path, expected) = expected.split_once(" | ").unwrap();
        let found = answer["data"].pointer(path).unwrap_or_else(|| panic!("{line} {body}\n{answer:#}"));
        let text = |value: &Json| value.as_str().map_or_else(|| value.to_string(), str::to_string);
        let mut said = format!("{} | {}", text(&found["code"]), text(&found["message"]));
        if let Some(params) = found.get("params") {
            let pairs: Vec<String> =
                params.as_object().unwrap().iter().map(|(key, value)| format!("{key}: {}", text(value))).collect();
            said += &format!(" | {}", pairs.join(", "));
        }
        assert_eq!(said, expected, "{line} {body}");
    }
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "a table")]
async fn codes_that_recur_have_one_sentence_each() {
    let app = TestApp::start().await;
    let sign_in = format!("{POST}/auth-with-password");
    let (impersonate, own) = (format!("{POST}/impersonate/bob000000000000"), format!("PATCH {ROW}"));
    let (records, reset) = (format!("{POST}/records"), format!("{POST}/confirm-password-reset"));
    let change = format!("{POST}/request-email-change");
    let meta = |key: &str, value: &str| json!({"meta": {key: value}});
    let account = |more: Json| {
        let mut form = json!({"email": "new@example.com", "password": PASSWORD, "passwordConfirm": PASSWORD});
        form.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        form
    };
    let twice = |password: &str| json!({"password": password, "passwordConfirm": password});
    says(&app, &[
        (GUEST, &sign_in, json!({}), "/identity | validation_required | Cannot be blank."),
        (GUEST, &sign_in, json!({"identity": "x".repeat(256), "password": "x"}),
            "/identity | validation_length_out_of_range | The length must be between 1 and 255. | min: 1, max: 255"),
        (SUPERUSER, SETTINGS, meta("accentColor", "#12"),
            "/meta/accentColor | validation_length_invalid | The length must be exactly 7. | min: 7, max: 7"),
        (SUPERUSER, &impersonate, json!({"duration": -1}),
            "/duration | validation_min_greater_equal_than_required | Must be no less than 0. | threshold: 0"),
        (SUPERUSER, USERS, json!({"authToken": {"duration": 94_670_857}}),
            "/authToken/duration | validation_max_less_equal_than_required | Must be no greater than 94670856. | threshold: 94670856"),
        (SUPERUSER, &own, json!({"tokenKey": "short"}),
            "/tokenKey | validation_min_text_constraint | Must be at least 30 character(s). | min: 30"),
        (SUPERUSER, &own, json!({"tokenKey": "x".repeat(61)}),
            "/tokenKey | validation_max_text_constraint | Must be no more than 60 character(s). | max: 60"),
        (SUPERUSER, &own, twice("seven 7"),
            "/password | validation_min_text_constraint | Must be at least 8 character(s)."),
        (SUPERUSER, &own, twice(&"x".repeat(72)),
            "/password | validation_max_text_constraint | Must be less than 71 character(s)."),
        (SUPERUSER, &records, account(json!({"id": "BOB000000000000"})),
            "/id | validation_invalid_format | Invalid value format."),
        (SUPERUSER, &own, twice(&"\u{1F511}".repeat(71)), "/password | validation_invalid_value | Invalid value."),
        (GUEST, &format!("{POST}/request-password-reset"), json!({"email": "x"}),
            "/email | validation_is_email | Must be a valid email address."),
        (SUPERUSER, SETTINGS, meta("appURL", "a"), "/meta/appURL | validation_is_url | Must be a valid URL."),
        (SUPERUSER, SETTINGS, json!({"smtp": {"host": "a:25"}}),
            "/smtp/host | validation_is_host | Must be a valid IP address or DNS name."),
        (SUPERUSER, SETTINGS, meta("accentColor", "#12345g"),
            "/meta/accentColor | validation_is_hex_color | Must be a valid hexadecimal color code."),
        (GUEST, &sign_in, json!({"identity": "x", "password": "x", "identityField": "id"}),
            "/identityField | validation_in_invalid | Must be a valid value."),
        (As("bob"), &change, json!({"newEmail": "bob@example.com"}),
            "/newEmail | validation_not_in_invalid | Must not be in list."),
        (SUPERUSER, SETTINGS, json!({"rateLimits": {"rules": [{"label": "/a.b", "maxRequests": 1, "duration": 1}]}}),
            "/rateLimits/rules/0/label | validation_match_invalid | Must be in a valid format."),
        (GUEST, &reset, json!({"token": "x", "password": PASSWORD, "passwordConfirm": "x"}),
            "/passwordConfirm | validation_values_mismatch | Values don't match."),
        (GUEST, &records, account(json!({"email": "bob@example.com"})),
            "/email | validation_not_unique | Value must be unique."),
        (SUPERUSER, USERS, json!({"manageRule": ""}),
            "/manageRule | validation_nil_or_not_empty_required | Cannot be blank."),
        (SUPERUSER, SETTINGS, json!({"superuserIPs": ["x"]}),
            "/superuserIPs/0 | validation_invlaid_ip_or_subnet | Invalid IP or CIDR subnet."),
        (SUPERUSER, SETTINGS, json!({"rateLimits": {"rules": [{"label": "a:b", "maxRequests": 1, "duration": 1}, {"label": "a:b", "maxRequests": 1, "duration": 1}]}}),
            "/rateLimits/rules/1/label | validation_conflicting_rate_limit_rule | Rate limit rule configuration with label a:b already exists or conflicts with another rule. | label: a:b"),
        (As("bob"), &own, json!({"password": PASSWORD, "passwordConfirm": PASSWORD, "oldPassword": "guess"}),
            "/oldPassword | validation_invalid_old_password | Missing or invalid old password."),
        (SUPERUSER, "POST /api/settings/test/email", json!({"email": "a@b.co", "template": "otp", "collection": "posts"}),
            "/collection | validation_invalid_auth_collection | Must be a valid auth collection id or name."),
    ])
    .await;
    // A blank is something.
    app.call(GUEST, &sign_in)
        .json(json!({"identity": " ", "password": " "}))
        .await
        .refuses(400, "Failed to authenticate.");
}

#[tokio::test]
async fn codes_of_auth_collections_name_what_they_are_about() {
    let app = TestApp::start().await;
    let before = app.call(SUPERUSER, "GET /api/collections/users").await.json();
    let field = |name: &str, key: &str, value: &str| {
        let mut fields = before["fields"].clone();
        fields.as_array_mut().unwrap().iter_mut().find(|field| field["name"] == name).unwrap()[key] = json!(value);
        json!({"fields": fields})
    };
    let at = |name: &str| before["fields"].as_array().unwrap().iter().position(|field| field["name"] == name).unwrap();
    let mut reserved = before["fields"].clone();
    reserved.as_array_mut().unwrap().push(json!({"name": "oldPassword", "type": "text"}));
    let reserved_at = format!("/fields/{}/name", reserved.as_array().unwrap().len() - 1);
    let one = |name: &str| json!({"name": name, "clientId": "a", "clientSecret": "b"});
    let providers = |list: Json| json!({"oauth2": {"enabled": true, "providers": list}});
    let by = |fields: Json| json!({"passwordAuth": {"identityFields": fields}});
    let row = |key: &str, value: &str| {
        let mut row = json!({"collectionRef": "_pb_users_auth_", "recordRef": "bob000000000000", "provider": "google", "providerId": "1"});
        row[key] = json!(value);
        row
    };
    let links = "POST /api/collections/_externalAuths/records";
    let system = "PATCH /api/collections/_superusers";
    says(&app, &[
        (SUPERUSER, USERS, field("verified", "name", "proven"),
            "/fields | validation_system_field_change | System fields cannot be deleted or renamed."),
        (SUPERUSER, USERS, json!({"fields": reserved}),
            &format!("{reserved_at} | validation_reserved_field_name | The field name is reserved and cannot be used.")),
        (SUPERUSER, USERS, by(json!(["nope"])),
            "/passwordAuth/identityFields | validation_missing_field | Invalid or missing field nope. | fieldName: nope"),
        (SUPERUSER, USERS, by(json!(["email", "name"])),
            "/passwordAuth/identityFields | validation_missing_unique_constraint | The field name doesn't have a UNIQUE constraint. | fieldName: name"),
        (SUPERUSER, USERS, providers(json!([one("github"), one("github")])),
            "/oauth2/providers/1/name | validation_duplicated_provider | The provider github is already registered. | name: github"),
        (SUPERUSER, USERS, providers(json!([one("zzz")])),
            "/oauth2/providers/0/name | validation_missing_provider | Invalid or missing provider with name zzz. | name: zzz"),
        (SUPERUSER, USERS, json!({"mfa": {"enabled": true}}),
            "/mfa/enabled | validation_mfa_not_enough_auths | MFA requires at least 2 auth methods to be enabled."),
        (SUPERUSER, system, json!({"listRule": ""}),
            "/listRule | validation_collection_system_rule_change | System collection API rule cannot be changed."),
        (SUPERUSER, links, row("collectionRef", "nope"),
            "/collectionRef | validation_invalid_collection_id | Missing or invalid collection."),
        (SUPERUSER, links, row("recordRef", "nobody"),
            "/recordRef | validation_invalid_record | Missing or invalid record."),
    ])
    .await;
    for (body, path, code) in [
        (field("password", "pattern", "["), format!("/fields/{}/pattern", at("password")), "validation_invalid_regex"),
        (json!({"authRule": "nope ="}), "/authRule".to_string(), "validation_invalid_rule"),
    ] {
        let found = app.call(SUPERUSER, USERS).json(body).await.is(400).json()["data"].pointer(&path).unwrap().clone();
        assert_eq!(found["code"], code);
        // The rest of the sentence is in our own words.
        let begin = if code == "validation_invalid_rule" { "Invalid rule. Raw error: " } else { "" };
        assert!(found["message"].as_str().unwrap().starts_with(begin), "{found}");
    }
    let made = app.call(SUPERUSER, "POST /api/collections").json(json!({"name": "x y", "type": "auth"})).await;
    made.is(400).has(json!({"message": "Failed to create collection."}));
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "a table")]
async fn tokens_of_mails_are_refused_in_words() {
    let app = TestApp::start().await;
    app.collection(json!({"name": "others", "type": "auth"})).await;
    let token = async |kind: Kind, new_email: Option<&str>| {
        let claims = Claims {
            id: "bob000000000000".into(),
            collection_id: "_pb_users_auth_".into(),
            kind,
            exp: Some(app.services.clock.now().0 / 1000 + 100),
            nbf: None,
            iat: None,
            refreshable: None,
            email: Some("bob@example.com".into()),
            new_email: new_email.map(str::to_string),
        };
        sign(&claims, &key_of(&app, "bob000000000000", kind).await).unwrap()
    };
    let (verify, change) =
        (token(Kind::Verification, None).await, token(Kind::EmailChange, Some("n@example.com")).await);
    let (taken, reset) =
        (token(Kind::EmailChange, Some("alice@example.com")).await, token(Kind::PasswordReset, None).await);
    let verifying = |token: &str| json!({"token": token});
    let resetting = |token: &str| json!({"token": token, "password": PASSWORD, "passwordConfirm": PASSWORD});
    let changing = |token: &str, password: &str| json!({"token": token, "password": password});
    let others = "POST /api/collections/others";
    let invalid = ("validation_invalid_token", "Invalid or expired token.");
    let foreign = ("validation_token_collection_mismatch", "The provided token is for different auth collection.");
    for (line, body, key, (code, message)) in [
        (
            format!("{POST}/confirm-verification"),
            verifying("x"),
            "token",
            ("validation_invalid_token_claims", "Missing email token claim."),
        ),
        (format!("{POST}/confirm-verification"), verifying(&format!("{verify}x")), "token", invalid),
        (format!("{others}/confirm-verification"), verifying(&verify), "token", foreign),
        (format!("{POST}/confirm-password-reset"), resetting("x"), "token", invalid),
        (format!("{others}/confirm-password-reset"), resetting(&reset), "token", foreign),
        (
            format!("{POST}/confirm-email-change"),
            changing("x", PASSWORD),
            "token",
            ("validation_invalid_token_payload", "Invalid token payload - newEmail must be set."),
        ),
        (format!("{POST}/confirm-email-change"), changing(&format!("{change}x"), PASSWORD), "token", invalid),
        (format!("{others}/confirm-email-change"), changing(&change, PASSWORD), "token", foreign),
        (
            format!("{POST}/confirm-email-change"),
            changing(&taken, PASSWORD),
            "token",
            ("validation_invalid_token_email", "The new email address is invalid."),
        ),
        (
            format!("{POST}/confirm-email-change"),
            changing(&change, "wrong"),
            "password",
            ("validation_invalid_password", "Missing or invalid auth record password."),
        ),
        (
            format!("{POST}/confirm-email-change"),
            changing("x", PASSWORD),
            "password",
            ("validation_invalid_password", "Missing or invalid auth record password."),
        ),
    ] {
        says(&app, &[(GUEST, &line, body, &format!("/{key} | {code} | {message}"))]).await;
    }
    let line = format!("{POST}/request-email-change");
    let body = json!({"newEmail": "alice@example.com"});
    says(&app, &[(As("bob"), &line, body, "/newEmail | validation_invalid_new_email | Invalid new email address.")])
        .await;
}
