//! ID tokens instead of profiles: only those the right issuer signed for us, now.

use base64::Engine as _;
use jsonwebtoken::Algorithm::{self, EdDSA, HS256, PS256, RS256, RS384};
use serde_json::{Value as Json, json};

use super::idp::{Idp, Reply, sign};
use super::{count, offer, sign_in};
use crate::support::{Answer, GUEST, START_MS, TestApp};

const NO_USER: &str = "Failed to fetch OAuth2 user.";
const NOW: i64 = START_MS / 1000;

async fn app(idp: &Idp) -> TestApp {
    let app = TestApp::start().await;
    let extra = json!({"jwksURL": format!("{}/keys", idp.url), "issuers": ["https://issuer.example", "https://second.example"]});
    offer(&app, idp.provider("oidc", json!({"userInfoURL": "", "extra": extra}))).await;
    app
}

fn claims(changes: Json) -> Json {
    let mut claims = json!({
        "iss": "https://issuer.example", "aud": "us", "sub": "1", "email": "dana@example.com", "email_verified": true,
        "iat": NOW, "exp": NOW + 60, "nonce": "n",
    });
    for (key, value) in changes.as_object().unwrap() {
        claims[key] = value.clone();
    }
    claims
}

async fn with(app: &TestApp, idp: &Idp, token: &str, more: Json) -> Answer {
    idp.code_for("c", json!({"access_token": "at", "id_token": token}), json!({}));
    sign_in(app, GUEST, "c", more).await
}

#[tokio::test]
async fn good_tokens_tell_who_somebody_is() {
    let idp = Idp::start().await;
    let app = app(&idp).await;
    let changes = [
        json!({}),
        json!({"aud": ["them", "us"]}),
        json!({"iss": "https://second.example"}),
        // Clocks differ by up to five minutes.
        json!({"exp": NOW - 299}),
        json!({"iat": NOW + 299}),
    ];
    for changes in changes {
        with(&app, &idp, &sign("rsa", RS256, &claims(changes)), json!({})).await.is(200);
    }
    let answer = with(&app, &idp, &sign("ed", EdDSA, &claims(json!({}))), json!({"nonce": "n"})).await;
    answer.is(200).has(json!({"meta": {"id": "1", "rawUser": claims(json!({}))}}));
    assert!(idp.seen("/me").is_empty());
    assert_eq!(idp.seen("/keys").len(), 1, "keys are remembered");
}

/// Security case 4.
#[tokio::test]
async fn tokens_that_are_wrong_in_any_way_are_refused() {
    let idp = Idp::start().await;
    let app = app(&idp).await;
    let before = count(&app).await;
    let rsa = |changes: Json| sign("rsa", RS256, &claims(changes));
    let good = rsa(json!({}));
    let mut parts = good.split('.');
    let (head, body, signature) = (parts.next().unwrap(), parts.next().unwrap(), parts.next().unwrap());
    let encode = |json: Json| base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(json.to_string());
    let other_body = encode(claims(json!({"sub": "2"})));
    let wrong = [
        ("issuer", rsa(json!({"iss": "https://evil.example"}))),
        ("no issuer", rsa(json!({"iss": null}))),
        ("audience", rsa(json!({"aud": "them"}))),
        ("no audience", rsa(json!({"aud": null}))),
        ("expired", rsa(json!({"exp": NOW - 300}))),
        ("never expires", rsa(json!({"exp": null}))),
        ("from the future", rsa(json!({"iat": NOW + 301}))),
        ("not yet", rsa(json!({"nbf": NOW + 301}))),
        ("another body", format!("{head}.{other_body}.{signature}")),
        ("no signature", format!("{head}.{body}.")),
        ("alg none", format!("{}.{body}.", encode(json!({"alg": "none", "kid": "rsa"})))),
        ("alg None", format!("{}.{body}.{signature}", encode(json!({"alg": "None", "kid": "rsa"})))),
        ("public key as secret", sign("rsa", HS256, &claims(json!({})))),
        ("a secret among the keys", sign("shared", HS256, &claims(json!({})))),
        ("another algorithm", sign("rsa", RS384, &claims(json!({})))),
        ("another padding", sign("rsa", PS256, &claims(json!({})))),
        ("another key", sign("ed", RS256, &claims(json!({})))),
        ("a key without algorithm", sign("no-alg", RS256, &claims(json!({})))),
        ("an unknown key", sign("unknown", RS256, &claims(json!({})))),
        ("no token", String::new()),
        ("no token at all", "a.b".into()),
    ];
    for (why, token) in wrong {
        let answer = with(&app, &idp, &token, json!({})).await;
        assert_eq!(answer.status, 400, "{why}: {}", answer.text());
        answer.refuses(400, NO_USER);
    }
    assert_eq!(count(&app).await, before);
}

/// Security case 4.
#[tokio::test]
async fn a_nonce_has_to_come_back() {
    let idp = Idp::start().await;
    let app = app(&idp).await;
    for nonce in [json!("other"), Json::Null, json!(["n"])] {
        let token = sign("rsa", RS256, &claims(json!({"nonce": nonce})));
        with(&app, &idp, &token, json!({"nonce": "n"})).await.refuses(400, "Failed to fetch OAuth2 token.");
    }
    with(&app, &idp, "", json!({"nonce": "n"})).await.refuses(400, "Failed to fetch OAuth2 token.");
}

#[tokio::test]
async fn keys_are_asked_for_again_but_not_by_strangers() {
    let idp = Idp::start().await;
    let app = app(&idp).await;
    let token = |kid: &str, algorithm: Algorithm| sign(kid, algorithm, &claims(json!({"exp": NOW + 999_999})));
    with(&app, &idp, &token("rsa", RS256), json!({})).await.is(200);
    for _ in 0..5 {
        with(&app, &idp, &token("made-up", RS256), json!({})).await.is(400);
    }
    assert_eq!(idp.seen("/keys").len(), 1);
    // A key that is new after a while is found; one that is gone after an hour is not believed.
    app.wait_ms(61_000);
    with(&app, &idp, &token("made-up", RS256), json!({})).await.is(400);
    assert_eq!(idp.seen("/keys").len(), 2);
    app.wait_ms(3_600_000);
    idp.reply("/keys", Reply::Json(200, json!({"keys": []})));
    with(&app, &idp, &token("rsa", RS256), json!({})).await.refuses(400, NO_USER);
    idp.reply("/keys", Reply::Json(500, json!({})));
    app.wait_ms(3_600_000);
    with(&app, &idp, &token("rsa", RS256), json!({})).await.refuses(400, NO_USER);
}
