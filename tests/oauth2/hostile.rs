//! Providers that are broken or mean: the sign-in fails, nobody gets an account, nothing leaks.

use std::time::Duration;

use serde_json::json;

use super::idp::{Idp, Reply};
use super::{app, count, links, offer, person, sign_in};
use crate::support::{GUEST, TestApp};

const NO_TOKEN: &str = "Failed to fetch OAuth2 token.";
const NO_USER: &str = "Failed to fetch OAuth2 user.";

#[tokio::test]
async fn odd_answers_are_refused_alike() {
    let (idp, other) = (Idp::start().await, Idp::start().await);
    let app = app(&idp).await;
    let before = count(&app).await;
    other.reply(
        "/stolen",
        Reply::Json(
            200,
            json!({"access_token": "x", "sub": "1", "email": "alice@example.com", "email_verified": true}),
        ),
    );
    let odd = [
        Reply::Json(500, json!({"access_token": "at", "sub": "1"})),
        Reply::Json(200, json!([])),
        Reply::Json(200, json!(null)),
        Reply::Raw("200 OK\r\nContent-Type: text/html", b"<html>hush-hush</html>".to_vec()),
        Reply::Raw(
            "200 OK\r\nContent-Type: application/json",
            b"{\"access_token\": \"a\", \"sub\": \"1\", \"sub\"".to_vec(),
        ),
        Reply::Raw("200 OK\r\nContent-Type: application/json", vec![b' '; 3 << 20]),
        Reply::Raw("200 OK\r\nContent-Length: 999999999999", vec![]),
        Reply::Raw("nonsense", vec![]),
        Reply::Redirect(302, format!("{}/stolen", other.url)),
        Reply::Redirect(307, format!("{}/stolen", other.url)),
        Reply::Redirect(302, idp.url.replace("http", "https")),
        Reply::Redirect(302, "file:///etc/passwd".into()),
    ];
    for (n, reply) in odd.into_iter().chain([Reply::Redirect(302, "/token".into())]).enumerate() {
        idp.reply("/token", reply);
        let answer = sign_in(&app, GUEST, "c", json!({})).await;
        answer.refuses(400, NO_TOKEN);
        assert_eq!(idp.seen("/me").len(), 0, "{n}");
    }
    assert!(other.seen("/stolen").is_empty(), "codes and secrets stay with their provider");
    assert_eq!((count(&app).await, links(&app).await.len()), (before, 0));
}

#[tokio::test]
async fn odd_profiles_are_refused_alike() {
    let (idp, other) = (Idp::start().await, Idp::start().await);
    let app = app(&idp).await;
    let before = count(&app).await;
    for reply in [
        Reply::Json(403, person("dana")),
        Reply::Json(200, json!([person("dana")])),
        Reply::Json(200, json!("dana")),
        Reply::Raw("200 OK", b"{\"sub\":\"1\",\"sub\":\"2\"}".to_vec()),
        Reply::Raw("200 OK", b"not json".to_vec()),
        Reply::Raw("200 OK", vec![b'1'; 3 << 20]),
        Reply::Redirect(302, format!("{}/me", other.url)),
        Reply::Redirect(302, "/me".into()),
    ] {
        idp.code("c", person("dana"));
        idp.reply("/me", reply);
        sign_in(&app, GUEST, "c", json!({})).await.refuses(400, NO_USER);
    }
    assert!(other.seen("/me").is_empty());
    // Elsewhere on the same server is fine.
    idp.reply("/moved", Reply::Json(200, person("dana")));
    idp.reply("/me", Reply::Redirect(302, "/moved".into()));
    idp.code("c", person("dana"));
    sign_in(&app, GUEST, "c", json!({})).await.is(200);
    assert_eq!(count(&app).await, before + 1);
}

#[tokio::test]
async fn values_of_odd_kinds_are_no_values() {
    let idp = Idp::start().await;
    let app = app(&idp).await;
    for sub in [json!({"a": 1}), json!(["x"]), json!(true), json!(0), json!("x".repeat(5000))] {
        idp.code("c", json!({"sub": sub, "email": "dana@example.com", "email_verified": true}));
        sign_in(&app, GUEST, "c", json!({})).await.is(400);
    }
    // Quotes and the like are part of a name, not of a query.
    for (n, sub) in ["\" || id != \"", "'); --", "a\\", "\u{0}", "@request.auth.id", "%"].into_iter().enumerate() {
        for new in [true, false] {
            idp.code("c", json!({"sub": sub, "email": format!("d{n}@example.com"), "email_verified": true}));
            sign_in(&app, GUEST, "c", json!({})).await.is(200).has(json!({"meta": {"isNew": new, "id": sub}}));
        }
    }
}

#[tokio::test]
async fn silence_has_an_end() {
    let idp = Idp::start().await;
    let app = TestApp::start_with(|config| config.oauth2.timeout_s = 1).await;
    offer(&app, idp.provider("oidc", json!({}))).await;
    let limit = Duration::from_secs(20);
    idp.code("c", person("dana"));
    idp.reply("/me", Reply::Silence);
    tokio::time::timeout(limit, sign_in(&app, GUEST, "c", json!({}))).await.unwrap().refuses(400, NO_USER);
    idp.reply("/token", Reply::Silence);
    tokio::time::timeout(limit, sign_in(&app, GUEST, "c", json!({}))).await.unwrap().refuses(400, NO_TOKEN);
}

#[tokio::test]
async fn a_provider_that_is_gone_is_no_fault_of_ours() {
    let app = TestApp::start().await;
    let gone = Idp::start().await.provider("oidc", json!({"tokenURL": "http://127.0.0.1:1/token"}));
    offer(&app, gone).await;
    sign_in(&app, GUEST, "c", json!({})).await.refuses(400, NO_TOKEN);
}
