//! Tokens: what they say, how they are read, what ends them (contract §4).

use cratebase::auth::tokens::{Claims, Kind, sign};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value as Json, json};

use crate::support::{As, GUEST, Mailbox, SUPERUSER, TestApp};

use super::{MINUTE, PASSWORD, ROW, account, claims_of, key_of, token_of, users};

const REFRESH: &str = "POST /api/collections/users/auth-refresh";
const UNAUTHORIZED: &str = "The request requires valid record authorization token.";

fn claims(kind: Kind, now_s: i64) -> Claims {
    Claims {
        id: "bob000000000000".into(),
        collection_id: "_pb_users_auth_".into(),
        kind,
        exp: Some(now_s + 100),
        nbf: None,
        iat: None,
        refreshable: Some(true),
        email: None,
        new_email: None,
    }
}

async fn refresh(app: &TestApp, token: &str) -> u16 {
    app.call(GUEST, REFRESH).header("Authorization", token).await.status
}

#[tokio::test]
async fn claims_are_those_of_the_protocol() {
    let app = TestApp::start().await;
    let now = app.services.clock.now().0 / 1000;
    let auth = claims_of(&token_of(&app, "bob@example.com").await);
    let expected = json!({
        "id": "bob000000000000", "collectionId": "_pb_users_auth_", "type": "auth", "exp": now + 432_000, "refreshable": true,
    });
    assert_eq!(auth, expected, "five days, and nothing else");
    let file = app.call(As("bob"), "POST /api/files/token").await.is(200).json();
    let file = claims_of(file["token"].as_str().unwrap());
    let expected =
        json!({"id": "bob000000000000", "collectionId": "_pb_users_auth_", "type": "file", "exp": now + 180});
    assert_eq!(file, expected);
    let root = claims_of(&SUPERUSER.token().unwrap());
    assert_eq!((&root["collectionId"], &root["exp"]), (&json!("pbc_3142635823"), &json!(now + 86_400)));
}

#[tokio::test]
async fn tokens_in_mails_name_the_addresses_they_are_about() {
    let app = TestApp::start().await;
    let mut mailbox = Mailbox::of(&app).await;
    let now = app.services.clock.now().0 / 1000;
    let email = super::unverified(&app).await;
    for (action, body, kind, life) in [
        ("request-verification", json!({"email": email}), "verification", 86_400),
        ("request-password-reset", json!({"email": email}), "passwordReset", 1800),
    ] {
        app.call(GUEST, &format!("POST /api/collections/users/{action}")).json(body).await.is(204);
        let claims = claims_of(&mailbox.next().await.token());
        let expected = json!({
            "id": "dave00000000000", "collectionId": "_pb_users_auth_", "type": kind, "exp": now + life, "email": email,
        });
        assert_eq!(claims, expected);
    }
    let line = "POST /api/collections/users/request-email-change";
    app.call(As("bob"), line).json(json!({"newEmail": "robert@example.com"})).await.is(204);
    let expected = json!({
        "id": "bob000000000000", "collectionId": "_pb_users_auth_", "type": "emailChange", "exp": now + 1800,
        "email": "bob@example.com", "newEmail": "robert@example.com",
    });
    assert_eq!(claims_of(&mailbox.next().await.token()), expected);
}

#[tokio::test]
async fn a_token_counts_when_its_key_kind_times_and_algorithm_are_right() {
    let app = TestApp::start().await;
    let now = app.services.clock.now().0 / 1000;
    let key = key_of(&app, "bob000000000000", Kind::Auth).await;
    let base = || claims(Kind::Auth, now);
    let good = sign(&base(), &key).unwrap();
    for (what, claims, status) in [
        ("as it should be", base(), 200),
        ("by the collection's name", Claims { collection_id: "users".into(), ..base() }, 200),
        ("without an end", Claims { exp: None, ..base() }, 200),
        ("that ends now", Claims { exp: Some(now), ..base() }, 401),
        ("not valid before a second from now", Claims { nbf: Some(now + 1), ..base() }, 401),
        ("issued in a second", Claims { iat: Some(now + 1), ..base() }, 401),
        ("of another collection", Claims { collection_id: "pbc_3142635823".into(), ..base() }, 401),
        ("of no auth collection", Claims { collection_id: "posts".into(), ..base() }, 401),
        ("of nobody", Claims { id: "nobody".into(), ..base() }, 401),
        ("of somebody else", Claims { id: "alice0000000000".into(), ..base() }, 401),
        ("of another kind", claims(Kind::File, now), 401),
    ] {
        assert_eq!(refresh(&app, &sign(&claims, &key).unwrap()).await, status, "a token {what}");
    }
    let file_key = key_of(&app, "bob000000000000", Kind::File).await;
    assert_eq!(refresh(&app, &sign(&base(), &file_key).unwrap()).await, 401, "by the key of another kind");
    let secret = EncodingKey::from_secret(key.as_bytes());
    let more = json!({
        "id": "bob000000000000", "collectionId": "_pb_users_auth_", "type": "auth", "exp": now + 100, "role": "admin",
    });
    let extra = jsonwebtoken::encode(&Header::new(Algorithm::HS256), &more, &secret).unwrap();
    assert_eq!(refresh(&app, &extra).await, 200, "further claims are ignored");
    for algorithm in [Algorithm::HS384, Algorithm::HS512] {
        let other = jsonwebtoken::encode(&Header::new(algorithm), &more, &secret).unwrap();
        assert_eq!(refresh(&app, &other).await, 401, "{algorithm:?}");
    }
    for key in ["id", "collectionId", "type"] {
        let mut less = more.clone();
        less.as_object_mut().unwrap().remove(key);
        let token = jsonwebtoken::encode(&Header::new(Algorithm::HS256), &less, &secret).unwrap();
        assert_eq!(refresh(&app, &token).await, 401, "without {key}");
    }
    // {"alg":"none","typ":"JWT"}, {"alg":"None"}
    let parts: Vec<&str> = good.split('.').collect();
    for head in ["eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0", "eyJhbGciOiJOb25lIn0"] {
        assert_eq!(refresh(&app, &format!("{head}.{}.", parts[1])).await, 401);
        assert_eq!(refresh(&app, &format!("{head}.{}.{}", parts[1], parts[2])).await, 401);
    }
}

#[tokio::test]
async fn the_head_of_a_token_says_its_algorithm_and_nothing_else() {
    use base64::Engine as _;
    let token = As("bob").token().unwrap();
    let head = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(token.split('.').next().unwrap()).unwrap();
    assert_eq!(serde_json::from_slice::<Json>(&head).unwrap(), json!({"alg": "HS256", "typ": "JWT"}));
}

#[tokio::test]
async fn a_token_that_says_nothing_of_renewal_is_given_back_as_it_is() {
    let app = TestApp::start().await;
    let key = key_of(&app, "bob000000000000", Kind::Auth).await;
    let now = app.services.clock.now().0 / 1000;
    let token = sign(&Claims { refreshable: None, ..claims(Kind::Auth, now) }, &key).unwrap();
    app.call(GUEST, REFRESH).header("Authorization", &token).await.is(200).has(json!({"token": token}));
}

/// Keys for other programs: a superuser acting as a superuser.
#[tokio::test]
async fn a_superuser_may_have_tokens_that_last_for_years() {
    let app = TestApp::start().await;
    let root = app.call(SUPERUSER, "GET /api/collections/_superusers/records").await.json()["items"][0]["id"].clone();
    let line = format!("POST /api/collections/_superusers/impersonate/{}", root.as_str().unwrap());
    let made = app.call(SUPERUSER, &line).json(json!({"duration": 94_670_856})).await.is(200).json();
    app.wait_ms(94_670_855_000);
    app.call(SUPERUSER, "GET /api/settings").await.is(401);
    app.call(GUEST, "GET /api/settings").header("Authorization", made["token"].as_str().unwrap()).await.is(200);
    app.wait_ms(1000);
    app.call(GUEST, "GET /api/settings").header("Authorization", made["token"].as_str().unwrap()).await.is(401);
}

#[tokio::test]
async fn a_token_is_read_from_its_header_and_nowhere_else() {
    let app = TestApp::start().await;
    let token = As("bob").token().unwrap();
    let line = format!("{REFRESH}?token={token}");
    app.call(GUEST, &line).header("Cookie", &format!("pb_auth={token}")).await.refuses(401, UNAUTHORIZED);
    app.call(GUEST, REFRESH).json(json!({"token": token})).await.refuses(401, UNAUTHORIZED);
    app.call(GUEST, REFRESH).header("X-Authorization", &token).await.refuses(401, UNAUTHORIZED);
    let file = app.call(As("bob"), "POST /api/files/token").await.is(200).json()["token"].clone();
    app.call(GUEST, REFRESH).header("Authorization", file.as_str().unwrap()).await.refuses(401, UNAUTHORIZED);
    app.call(GUEST, "POST /api/files/token").await.refuses(401, UNAUTHORIZED);
}

#[tokio::test]
async fn refusals_say_what_is_missing() {
    let app = TestApp::start().await;
    let form = json!({"newEmail": "x@example.com"});
    app.call(SUPERUSER, "POST /api/collections/users/request-email-change")
        .json(form)
        .await
        .refuses(403, "The request requires auth record from _superusers collection.");
    app.call(As("bob"), "POST /api/collections/_superusers/auth-refresh")
        .await
        .refuses(403, "The request requires auth record from users collection.");
    let message = "Only superusers can perform this action.";
    app.call(As("bob"), "POST /api/collections/_mfas/records").json(json!({})).await.refuses(403, message);
}

/// What each row does to bob's account, as a superuser unless said otherwise, and whether his token lives on.
#[tokio::test]
async fn what_ends_tokens_and_what_does_not() {
    let patch = |body: Json| (format!("PATCH {ROW}"), body);
    let same = json!({"password": PASSWORD, "passwordConfirm": PASSWORD});
    let rule = |rule: Json| ("PATCH /api/collections/users".to_string(), json!({"authRule": rule}));
    let secret = |kind: &str| ("PATCH /api/collections/users".to_string(), json!({kind: {"secret": "x".repeat(30)}}));
    for (what, (line, body), lives) in [
        ("the same password again", patch(same), false),
        ("another address", patch(json!({"email": "robert@example.com"})), false),
        ("the same address again", patch(json!({"email": "bob@example.com"})), true),
        ("another token key", patch(json!({"tokenKey": "k".repeat(40)})), false),
        ("a generated token key", patch(json!({"tokenKey:autogenerate": ""})), false),
        ("another name", patch(json!({"name": "Robert"})), true),
        ("no longer verified", patch(json!({"verified": false})), true),
        ("a visible address", patch(json!({"emailVisibility": true})), true),
        ("another auth rule", rule(json!("verified = true")), false),
        ("no auth rule at all", rule(json!(null)), true),
        ("another auth secret", secret("authToken"), false),
        ("another file secret", secret("fileToken"), true),
        ("another lifetime", ("PATCH /api/collections/users".into(), json!({"authToken": {"duration": 50}})), true),
    ] {
        let app = TestApp::start().await;
        app.call(SUPERUSER, &line).json(body).await.is(200);
        let own = app.call(As("bob"), ROW_GET).await.is_one_of(&[200, 404]);
        assert_eq!(own == 200, lives, "{what}");
    }
    for line in [format!("DELETE {ROW}"), "DELETE /api/collections/users".to_string()] {
        let app = TestApp::start().await;
        app.call(SUPERUSER, &line).await.is(204);
        app.call(As("bob"), "POST /api/files/token").await.refuses(401, UNAUTHORIZED);
    }
}
const ROW_GET: &str = "GET /api/collections/users/records/bob000000000000";

/// Security case 8.
#[tokio::test]
async fn a_new_key_ends_every_kind_of_token_and_every_code() {
    let app = TestApp::start().await;
    let mut mailbox = Mailbox::of(&app).await;
    users(&app, json!({"otp": {"enabled": true}})).await;
    let email = super::unverified(&app).await;
    let session = token_of(&app, email).await;
    let own = |line: &str| app.call(GUEST, line).header("Authorization", &session);
    let file = own("POST /api/files/token").await.is(200).json()["token"].as_str().unwrap().to_string();
    let ask = async |action: &str| {
        app.call(GUEST, &format!("POST /api/collections/users/{action}")).json(json!({"email": email})).await
    };
    ask("request-verification").await.is(204);
    let verification = mailbox.next().await.token();
    ask("request-password-reset").await.is(204);
    let reset = mailbox.next().await.token();
    let line = "POST /api/collections/users/request-email-change";
    own(line).json(json!({"newEmail": "d@example.com"})).await.is(204);
    let change = mailbox.next().await.token();
    let otp = ask("request-otp").await.is(200).json()["otpId"].clone();
    let code = mailbox.next().await.code();
    let rotated = json!({"tokenKey:autogenerate": ""});
    app.call(SUPERUSER, "PATCH /api/collections/users/records/dave00000000000").json(rotated).await.is(200);

    let wrong = json!({"data": {"token": {"code": "validation_invalid_token"}}});
    let new = json!({"token": reset, "password": "battery staple", "passwordConfirm": "battery staple"});
    for (action, form) in [
        ("confirm-verification", json!({"token": verification})),
        ("confirm-password-reset", new),
        ("confirm-email-change", json!({"token": change, "password": PASSWORD})),
    ] {
        let answer = app.call(GUEST, &format!("POST /api/collections/users/{action}")).json(form).await;
        answer.is(400).has(wrong.clone());
    }
    let form = json!({"otpId": otp, "password": code});
    app.call(GUEST, "POST /api/collections/users/auth-with-otp")
        .json(form)
        .await
        .refuses(400, "Invalid or expired OTP.");
    assert_eq!(refresh(&app, &session).await, 401);
    app.call(GUEST, &format!("GET /api/backups/x?token={file}")).await.is(403);
    let dave = account(&app, "dave00000000000").await;
    assert_eq!((&dave["verified"], &dave["email"]), (&json!(false), &json!(email)));
}

#[tokio::test]
async fn a_new_password_forgets_places_and_half_sign_ins() {
    let app = TestApp::start().await;
    users(&app, json!({"otp": {"enabled": true}, "mfa": {"enabled": true}})).await;
    let form = json!({"identity": "bob@example.com", "password": PASSWORD});
    app.call(GUEST, "POST /api/collections/users/auth-with-password").json(form).await.is(401);
    let rows = async |of: &str| {
        let line = format!("GET /api/collections/{of}/records?filter=recordRef='bob000000000000'");
        app.call(SUPERUSER, &line).await.is(200).json()["totalItems"].as_i64().unwrap()
    };
    assert_eq!((rows("_mfas").await, rows("_authOrigins").await), (1, 1));
    app.call(SUPERUSER, &format!("PATCH {ROW}")).json(json!({"name": "Rob"})).await.is(200);
    assert_eq!((rows("_mfas").await, rows("_authOrigins").await), (1, 1));
    let same = json!({"password": PASSWORD, "passwordConfirm": PASSWORD});
    app.call(SUPERUSER, &format!("PATCH {ROW}")).json(same).await.is(200);
    assert_eq!((rows("_mfas").await, rows("_authOrigins").await), (0, 0));
}

#[tokio::test]
async fn an_old_token_lives_on_beside_its_successor_until_its_own_end() {
    let app = TestApp::start().await;
    let old = As("bob").token().unwrap();
    app.wait_ms(MINUTE);
    let answer = app.call(As("bob"), REFRESH).await.is(200).json();
    let new = answer["token"].as_str().unwrap();
    assert_ne!(new, old);
    app.wait_ms(432_000_000 - MINUTE - 1000);
    assert_eq!((refresh(&app, &old).await, refresh(&app, new).await), (200, 200));
    app.wait_ms(2000);
    assert_eq!((refresh(&app, &old).await, refresh(&app, new).await), (401, 200));
}
