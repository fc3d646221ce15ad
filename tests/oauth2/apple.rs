//! Client secrets for Apple, which are tokens that the developer signs.

use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde_json::{Value as Json, json};

use crate::support::{As, GUEST, START_MS, SUPERUSER, TestApp};

const LINE: &str = "POST /api/settings/apple/generate-client-secret";
const KEY: &str = include_str!("keys/p256.pem");
const X: &str = "vYXtxos8ut62HFVPyh6wijFFIAUlSbyvxaHmc_G_PMg";
const Y: &str = "P23QiUF8y_KWPWNoWlX1Loghbj0VQfeuAcPAPjUlpKY";

fn form(key: &str, value: Json) -> Json {
    let mut form = json!({"clientId": "com.example", "teamId": "TEAM567890", "keyId": "KEY4567890", "privateKey": KEY, "duration": 100});
    form[key] = value;
    form
}

#[tokio::test]
async fn superusers_sign_them_with_their_key() {
    let app = TestApp::start().await;
    let answer = app.call(SUPERUSER, LINE).json(form("more", Json::Null)).await.is(200).json();
    let secret = answer["secret"].as_str().unwrap();
    let mut validation = Validation::new(Algorithm::ES256);
    validation.validate_exp = false;
    validation.set_audience(&["https://appleid.apple.com"]);
    let read =
        jsonwebtoken::decode::<Json>(secret, &DecodingKey::from_ec_components(X, Y).unwrap(), &validation).unwrap();
    let now = START_MS / 1000;
    assert_eq!(read.header.kid.as_deref(), Some("KEY4567890"));
    assert_eq!(
        read.claims,
        json!({"iss": "TEAM567890", "sub": "com.example", "aud": ["https://appleid.apple.com"], "iat": now, "exp": now + 100})
    );
}

#[tokio::test]
async fn what_is_wrong_is_told_without_the_key() {
    let app = TestApp::start().await;
    app.call(GUEST, LINE).await.is(401);
    app.call(As("alice"), LINE).await.is(403);
    for (key, value, code) in [
        ("clientId", json!(""), "validation_required"),
        ("teamId", json!("short"), "validation_length_invalid"),
        ("keyId", Json::Null, "validation_required"),
        ("privateKey", json!("hush"), "validation_match_invalid"),
        ("privateKey", json!(""), "validation_required"),
        ("duration", json!(0), "validation_required"),
        ("duration", json!(-1), "validation_min_greater_equal_than_required"),
        ("duration", json!(15_777_001), "validation_max_less_equal_than_required"),
    ] {
        let answer = app.call(SUPERUSER, LINE).json(form(key, value)).await;
        answer.is(400).has(json!({"message": "Invalid client secret data.", "data": {key: {"code": code}}}));
    }
    for key in [
        "-----BEGIN PRIVATE KEY-----\nx\n-----END PRIVATE KEY-----",
        "-----BEGIN PRIVATE KEY-----aHVzaA==-----END PRIVATE KEY-----",
    ] {
        let answer = app.call(SUPERUSER, LINE).json(form("privateKey", json!(key))).await;
        assert!(
            answer.is(400).text().contains("Failed to generate client secret. Raw error: ")
                && !answer.text().contains("aHVz")
        );
    }
    app.call(SUPERUSER, LINE)
        .json(form("duration", json!("x")))
        .await
        .refuses(400, "An error occurred while loading the submitted data.");
}
