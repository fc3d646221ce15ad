//! What a sign-in answers, whom the auth rule lets in, and the ways in that are offered (contract §6, §7, §8.1 and §8.3).

use serde_json::{Value as Json, json};

use crate::support::{As, GUEST, SUPERUSER, TestApp, Who};

use super::{PASSWORD, ROW, token_of, users};

const SIGN_IN: &str = "POST /api/collections/users/auth-with-password";
const REFRESH: &str = "POST /api/collections/users/auth-refresh";
const NOT_ALLOWED: &str = "The request doesn't satisfy the collection requirements to authenticate.";

fn bob() -> Json {
    json!({"identity": "bob@example.com", "password": PASSWORD})
}

#[tokio::test]
async fn a_session_is_a_record_and_a_token_and_nothing_else() {
    let app = TestApp::start().await;
    let answer = app.call(GUEST, SIGN_IN).json(bob()).await.is(200).json();
    let keys: Vec<&String> = answer.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["record", "token"]);
    let record = answer["record"].as_object().unwrap();
    for (key, value) in [
        ("id", "bob000000000000"),
        ("collectionId", "_pb_users_auth_"),
        ("collectionName", "users"),
        ("email", "bob@example.com"),
    ] {
        assert_eq!(record[key], value);
    }
    assert!(!record.contains_key("password") && !record.contains_key("tokenKey") && !record.contains_key("expand"));
}

#[tokio::test]
async fn the_auth_rule_is_asked_about_the_account_with_the_request_as_it_came() {
    let app = TestApp::start().await;
    // Each new rule ends the sessions of users, so the callers are guests and superusers.
    for (rule, who, status) in [
        (json!("email = 'bob@example.com'"), GUEST, 200),
        (json!("email != 'bob@example.com'"), GUEST, 403),
        (json!("@request.context = 'password'"), GUEST, 200),
        (json!("@request.context = 'default'"), GUEST, 403),
        (json!("@request.auth.id = ''"), GUEST, 200),
        (json!("@request.auth.id = 'bob000000000000'"), GUEST, 403),
        (json!("@request.body.identity = 'bob@example.com' && @request.method = 'POST'"), GUEST, 200),
        (json!(null), GUEST, 403),
        (json!(null), SUPERUSER, 200),
        (json!("email = 'nobody'"), SUPERUSER, 200),
    ] {
        users(&app, json!({"authRule": rule})).await;
        let answer = app.call(who, SIGN_IN).json(bob()).await;
        match status {
            403 => answer.refuses(403, NOT_ALLOWED),
            _ => {
                assert_eq!(answer.status, status, "{rule} for {who:?}");
                &answer
            }
        };
    }
}

#[tokio::test]
async fn refreshing_and_acting_as_somebody_pass_the_auth_rule_too() {
    let app = TestApp::start().await;
    users(&app, json!({"authRule": "verified = true"})).await;
    let token = token_of(&app, "bob@example.com").await;
    let refresh = || app.call(GUEST, REFRESH).header("Authorization", &token);
    refresh().await.is(200);
    app.call(SUPERUSER, &format!("PATCH {ROW}")).json(json!({"verified": false})).await.is(200);
    refresh().await.refuses(403, NOT_ALLOWED);
    app.call(GUEST, &format!("GET {ROW}")).header("Authorization", &token).await.is(200);
    let line = "POST /api/collections/users/impersonate/bob000000000000";
    app.call(SUPERUSER, line).await.is(200);
}

#[tokio::test]
async fn relations_are_expanded_as_the_new_caller_may_see_them() {
    let app = TestApp::start().await;
    let notes = json!({
        "name": "notes", "type": "base", "viewRule": "owner = @request.auth.id", "listRule": "owner = @request.auth.id",
        "fields": [{"name": "text", "type": "text"}, {"name": "owner", "type": "relation", "collectionId": "_pb_users_auth_", "maxSelect": 1}],
    });
    app.collection(notes).await;
    app.record("notes", json!({"text": "bob's", "owner": "bob000000000000"})).await;
    app.record("notes", json!({"text": "alice's", "owner": "alice0000000000"})).await;
    let expand = json!({"record": {"expand": {"notes_via_owner": [{"text": "bob's"}]}}});
    app.call(GUEST, &format!("{SIGN_IN}?expand=notes_via_owner")).json(bob()).await.is(200).has(expand.clone());
    app.call(As("bob"), &format!("{REFRESH}?expand=notes_via_owner")).await.is(200).has(expand.clone());
    let line = "POST /api/collections/users/impersonate/bob000000000000?expand=notes_via_owner";
    app.call(SUPERUSER, line).await.is(200).has(expand);
}

#[tokio::test]
async fn a_token_is_renewed_with_a_whole_new_life_unless_it_is_a_static_one() {
    let app = TestApp::start().await;
    let now = app.services.clock.now().0 / 1000;
    app.wait_ms(100_000);
    let answer = app.call(As("bob"), REFRESH).await.is(200).json();
    let claims = super::claims_of(answer["token"].as_str().unwrap());
    assert_eq!((&claims["exp"], &claims["refreshable"]), (&json!(now + 100 + 432_000), &json!(true)));
    let line = "POST /api/collections/users/impersonate/bob000000000000";
    for body in [json!({}), json!({"duration": 0}), json!({"duration": 7200})] {
        let token =
            app.call(SUPERUSER, line).json(body.clone()).await.is(200).json()["token"].as_str().unwrap().to_string();
        let life = if body["duration"] == 7200 { 7200 } else { 432_000 };
        let claims = super::claims_of(&token);
        assert_eq!((&claims["exp"], &claims["refreshable"]), (&json!(now + 100 + life), &json!(false)));
        let again = app.call(GUEST, REFRESH).header("Authorization", &token).await;
        again.is(200).has(json!({"token": token, "record": {"id": "bob000000000000"}}));
    }
    // No body is needed, and none is looked at.
    app.call(As("bob"), REFRESH).body("application/json", "").await.is(200);
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "one answer, key by key")]
async fn methods_are_offered_as_they_are_configured() {
    let app = TestApp::start().await;
    let line = "GET /api/collections/users/auth-methods";
    let off = json!({
        "password": {"enabled": true, "identityFields": ["email"]}, "oauth2": {"enabled": false, "providers": []},
        "mfa": {"enabled": false, "duration": 0}, "otp": {"enabled": false, "duration": 0},
        "authProviders": [], "usernamePassword": false, "emailPassword": true,
    });
    assert_eq!(app.call(GUEST, line).await.is(200).json(), off);
    let provider = |name: &str, more: Json| {
        let mut provider = json!({
            "name": name, "clientId": "us", "clientSecret": "hush",
            "authURL": "https://idp.example/authorize", "tokenURL": "https://idp.example/token", "userInfoURL": "https://idp.example/me",
        });
        provider.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        provider
    };
    let providers = json!([
        provider("oidc", json!({"displayName": "Corp SSO"})),
        provider("trakt", json!({"pkce": false})),
        provider("apple", json!({})),
    ]);
    let on = json!({
        "otp": {"enabled": true}, "mfa": {"enabled": true}, "passwordAuth": {"enabled": false},
        "oauth2": {"enabled": true, "providers": providers},
    });
    users(&app, on).await;
    let methods = app.call(GUEST, line).await.is(200).json();
    let expected = json!({"password": {"enabled": false, "identityFields": []}, "mfa": {"enabled": true, "duration": 600}, "otp": {"enabled": true, "duration": 180}, "emailPassword": false});
    for (key, value) in expected.as_object().unwrap() {
        assert_eq!(&methods[key], value, "{key}");
    }
    let offered = methods["oauth2"]["providers"].as_array().unwrap();
    let names: Vec<_> =
        offered.iter().map(|one| (one["name"].as_str().unwrap(), one["displayName"].as_str().unwrap())).collect();
    assert_eq!(
        names,
        [("oidc", "Corp SSO"), ("trakt", "Trakt"), ("apple", "Apple")],
        "in the order of the configuration"
    );
    let parameters = |one: &Json| -> Vec<(String, String)> {
        let (_, query) = one["authURL"].as_str().unwrap().split_once('?').unwrap();
        form_urlencoded::parse(query.as_bytes()).into_owned().collect()
    };
    for one in offered {
        assert!(one["authURL"].as_str().unwrap().ends_with("&redirect_uri="), "{one}");
        assert_eq!(one["authURL"], one["authUrl"]);
        let keys: Vec<String> = parameters(one).into_iter().map(|(key, _)| key).collect();
        let mut sorted = keys[..keys.len() - 1].to_vec();
        sorted.sort();
        assert_eq!(keys[..keys.len() - 1], sorted, "sorted, and the address to return to last");
        assert!(one["logo"].as_str().unwrap().is_empty() || one["logo"].as_str().unwrap().starts_with("<svg"));
    }
    use base64::Engine as _;
    use sha2::Digest as _;
    let (oidc, trakt, apple) = (&offered[0], &offered[1], &offered[2]);
    let verifier = oidc["codeVerifier"].as_str().unwrap();
    let challenge = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(sha2::Sha256::digest(verifier));
    assert_eq!((verifier.len(), oidc["state"].as_str().unwrap().len()), (43, 30));
    assert_eq!((&oidc["codeChallenge"], &oidc["codeChallengeMethod"]), (&json!(challenge), &json!("S256")));
    assert!(parameters(oidc).contains(&("scope".into(), "openid email profile".into())));
    for key in ["codeVerifier", "codeChallenge", "codeChallengeMethod"] {
        assert_eq!(trakt[key], "", "without PKCE");
    }
    assert!(parameters(trakt).iter().all(|(key, _)| key != "scope" && !key.starts_with("code_")));
    assert!(parameters(apple).contains(&("response_mode".into(), "form_post".into())));
    let again = app.call(GUEST, line).await.json();
    assert_ne!(again["oauth2"]["providers"][0]["state"], oidc["state"]);
    let old = methods["authProviders"].as_array().unwrap();
    assert_eq!(old.len(), 3);
    assert!(old.iter().all(|one| one["logo"] == ""));
}

#[tokio::test]
async fn only_ways_of_signing_in_are_remembered_as_places() {
    let app = TestApp::start().await;
    let places = async || {
        let line = "GET /api/collections/_authOrigins/records?sort=updated&filter=recordRef='bob000000000000'";
        app.call(SUPERUSER, line).await.is(200).json()["items"].as_array().unwrap().clone()
    };
    let sign_in = async |agent: &str, who: Who| {
        app.wait_ms(1000);
        app.call(who, SIGN_IN).header("User-Agent", agent).json(bob()).await.is(200);
    };
    app.call(As("bob"), REFRESH).header("User-Agent", "other").await.is(200);
    let line = "POST /api/collections/users/impersonate/bob000000000000";
    app.call(SUPERUSER, line).header("User-Agent", "third").await.is(200);
    assert_eq!(places().await.len(), 1);
    // Who fails was not there.
    let wrong = json!({"identity": "bob@example.com", "password": "wrong password"});
    app.call(GUEST, SIGN_IN).header("User-Agent", "fourth").json(wrong).await.is(400);
    assert_eq!(places().await.len(), 1);
    for agent in ["a", "b", "c", "d"] {
        sign_in(agent, GUEST).await;
    }
    let five = places().await;
    assert_eq!(five.len(), 5);
    sign_in("a", GUEST).await;
    let seen = places().await;
    assert_eq!((seen.len(), &seen[4]["id"]), (5, &five[1]["id"]), "a known one is only used again");
    sign_in("e", GUEST).await;
    let ids: Vec<Json> = places().await.iter().map(|row| row["id"].clone()).collect();
    assert_eq!(ids.len(), 5);
    assert!(!ids.contains(&five[0]["id"]), "the one unused for longest made room");
}

#[tokio::test]
async fn old_clients_learn_which_identities_there_are() {
    let app = TestApp::start().await;
    let members = json!({
        "name": "members", "type": "auth", "fields": [{"name": "username", "type": "text"}],
        "indexes": ["CREATE UNIQUE INDEX by_name ON members (username)"],
    });
    app.collection(members).await;
    let line = "GET /api/collections/members/auth-methods";
    for (enabled, fields, username, email) in [
        (true, json!(["email"]), false, true),
        (true, json!(["username"]), true, false),
        (true, json!(["username", "email"]), true, true),
        (false, json!(["username", "email"]), false, false),
    ] {
        let options = json!({"passwordAuth": {"enabled": enabled, "identityFields": fields}, "otp": {"enabled": true}});
        app.call(SUPERUSER, "PATCH /api/collections/members").json(options).await.is(200);
        let shown = if enabled { fields } else { json!([]) };
        app.call(GUEST, line).await.is(200).has(json!({
            "usernamePassword": username, "emailPassword": email,
            "password": {"enabled": enabled, "identityFields": shown},
        }));
    }
}

/// Somebody else's session shows what they may see, not what the caller may.
#[tokio::test]
async fn hidden_fields_are_shown_in_sessions_of_superusers_only() {
    let app = TestApp::start().await;
    for (collection, key) in [("_superusers", "root"), ("users", "bob")] {
        let line = format!("/api/collections/{collection}");
        let mut fields = app.call(SUPERUSER, &format!("GET {line}")).await.json()["fields"].clone();
        fields.as_array_mut().unwrap().push(json!({"name": "note", "type": "text", "hidden": true}));
        app.call(SUPERUSER, &format!("PATCH {line}")).json(json!({"fields": fields})).await.is(200);
        let form = json!({"identity": format!("{key}@example.com"), "password": PASSWORD});
        let sign_in = format!("POST {line}/auth-with-password");
        let session = app.call(SUPERUSER, &sign_in).json(form).await.is(200).json();
        assert_eq!(session["record"].get("note").is_some(), collection == "_superusers");
        let line = format!("POST {line}/impersonate/{}", session["record"]["id"].as_str().unwrap());
        let acted = app.call(SUPERUSER, &line).await.is(200).json();
        assert_eq!(acted["record"].get("note").is_some(), collection == "_superusers");
    }
}
